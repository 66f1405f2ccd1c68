package dev.millipede.backplane.redis;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.backplane.Broker.Listener;
import dev.millipede.backplane.Skipped;
import dev.millipede.backplane.redis.Envelope.Opened;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import dev.millipede.protocol.json.PlainMessage;
import io.vertx.core.Future;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What comes out of Redis, from nodes and from strangers: a publication, or one reason why it is none. */
class MessagesFuzzTest {
    private static final Messages PREFIXED = new Messages("app:", Namespaces.DEFAULTS, PlainMessage::ofText);
    private static final Messages PLAIN = new Messages("", Namespaces.DEFAULTS, PlainMessage::ofText);

    @FuzzTest
    void everyMessageIsAPublicationOrSkipped(byte[] bytes) {
        Input input = new Input(bytes);
        int choice = input.below(4);
        String name = choice == 0 ? input.chars(input.number()) : choice == 1 ? "app:room:1" : "room:1";
        Messages messages = choice < 2 ? PREFIXED : PLAIN;
        byte[] message = input.rest();

        Held.within(64L * message.length + 65_536, () -> messages.read(name, message, new Told()));
        Told told = new Told();
        messages.read(name, message, told);
        Held.that(told.count == 1 || (choice == 0 && told.count == 0), "not one outcome");
        Publication publication = told.publication;
        if (publication == null) {
            return;
        }
        Held.that(messages.name(publication.channel().name()).equals(name), "another channel");
        isOneLine(publication.data());
        if (Envelope.isOne(message)) {
            Opened again = Envelope.decode(publication.channel(), Envelope.encode(publication));
            Held.that(again instanceof Opened.Whole whole && same(whole.publication(), publication), "not what it was");
        } else {
            Held.that(publication.info() == null && publication.position() == null, "a stranger names its author");
        }
    }

    private static void isOneLine(Payload payload) {
        for (byte each : payload.bytes()) {
            Held.that(each != '\n' && each != '\r', "a line break in a payload");
        }
    }

    static boolean same(Publication one, Publication other) {
        return Arrays.equals(one.data().bytes(), other.data().bytes())
                && String.valueOf(one.info()).equals(String.valueOf(other.info()))
                && String.valueOf(one.position()).equals(String.valueOf(other.position()))
                && one.tags().equals(other.tags());
    }

    /** The one who is told. */
    static final class Told implements Listener {
        int count;
        int skipped;

        @Nullable
        Publication publication;

        @Override
        public void publication(Publication publication) {
            count++;
            this.publication = publication;
        }

        @Override
        public void skipped(Skipped why) {
            count++;
            skipped++;
        }

        @Override
        public @Nullable Position known(Channel channel) {
            return null;
        }

        @Override
        public void lost() {
            throw new AssertionError("a message is no loss of the connection");
        }

        @Override
        public Future<Void> restore() {
            throw new AssertionError("a message is no connection");
        }
    }
}
