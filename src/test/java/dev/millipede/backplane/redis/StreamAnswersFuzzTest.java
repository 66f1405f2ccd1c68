package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Publication;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import io.vertx.redis.client.impl.types.NumberType;
import java.util.Objects;

/** A stream in Redis that strangers have written to: their entries are skipped, those of nodes are read. */
class StreamAnswersFuzzTest {
    private static final Channel CHANNEL = Objects.requireNonNull(Channel.of("room:1", Namespaces.DEFAULTS));
    private static final String EPOCH = "epoch";

    @FuzzTest
    void everyEntryIsAPublicationOfTheStreamOrSkipped(byte[] bytes) {
        MessagesFuzzTest.Told told = new MessagesFuzzTest.Told();
        Input input = new Input(bytes);
        int count = input.below(4);
        MultiType entries = MultiType.create(count, false);
        for (int i = 0; i < count; i++) {
            entries.add(entry(input));
        }
        MultiType answer = MultiType.create(5, false);
        answer.add(NumberType.create(0L));
        answer.add(text(EPOCH));
        answer.add(text("7"));
        answer.add(text("4000000000"));
        answer.add(entries);

        HistoryPage page = StreamAnswers.page(CHANNEL, answer, told);
        Held.that(page.top().offset() == 7 && page.top().epoch().equals(EPOCH), "another position");
        Held.that(page.publications().size() + told.skipped == count, "an entry without an outcome");
        for (Publication each : page.publications()) {
            Held.that(
                    each.channel().equals(CHANNEL)
                            && each.position() != null
                            && each.position().epoch().equals(EPOCH),
                    "not of this stream");
        }
    }

    /** An id as Redis writes it, two unsigned 64-bit numbers, and fields with values, at least one. */
    private static Response entry(Input input) {
        String id = input.flag() ? number(input) + "-" + number(input) : input.number() + "-" + input.number();
        int pairs = 1 + input.below(3);
        MultiType fields = MultiType.create(2L * pairs, false);
        for (int i = 0; i < pairs; i++) {
            fields.add(input.flag() ? text("m") : BulkType.create(Buffer.buffer(input.take(input.number())), false));
            fields.add(BulkType.create(Buffer.buffer(input.take(input.number())), false));
        }
        MultiType entry = MultiType.create(2, false);
        entry.add(text(id));
        entry.add(fields);
        Held.that(entry.type() == ResponseType.MULTI, "what Redis answers");
        return entry;
    }

    private static String number(Input input) {
        long number = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            number = number << 8 | input.number();
        }
        return Long.toUnsignedString(number);
    }

    private static Response text(String text) {
        return BulkType.create(Buffer.buffer(text.getBytes(ISO_8859_1)), false);
    }
}
