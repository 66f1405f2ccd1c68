package dev.millipede.backplane.redis;

import dev.millipede.backplane.Broker.Listener;
import dev.millipede.backplane.Published;
import dev.millipede.backplane.Skipped;
import dev.millipede.backplane.redis.Envelope.Opened;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what the scripts answer. Stateless; the listener is told of entries that are not ours, on its event loop. */
final class StreamAnswers {
    private static final int PARTS = 4;

    private StreamAnswers() {}

    /** How many connections a message was handed to; 1 where the answer got lost. */
    static int receivers(@Nullable Response answer) {
        return answer == null ? 1 : answer.toInteger();
    }

    /**
     * What became of a publication.
     *
     * @param answer null when it was published and the answer got lost
     * @throws IllegalStateException when Redis refused it
     */
    static Published published(@Nullable Response answer) {
        if (answer == null || answer.type() != ResponseType.MULTI) {
            return Published.PLAIN;
        }
        boolean suppressed = code(answer) == 1;
        return new Published(answer.size() < PARTS ? null : position(answer), suppressed);
    }

    /**
     * A page of what is kept.
     *
     * @throws IllegalStateException when Redis refused to read it
     */
    static HistoryPage page(Channel channel, @Nullable Response answer, Listener listener) {
        if (answer == null || answer.type() != ResponseType.MULTI) {
            throw new IllegalStateException("Redis answered with no page");
        }
        code(answer);
        Position top = position(answer);
        List<Publication> publications = new ArrayList<>();
        for (Response entry : answer.get(PARTS)) {
            Publication publication = publication(channel, top.epoch(), entry, listener);
            if (publication != null) {
                publications.add(publication);
            }
        }
        return new HistoryPage(top, publications);
    }

    private static int code(Response answer) {
        int code = answer.get(0).toInteger();
        if (code < 0) {
            throw new IllegalStateException("Redis refused: " + answer.get(1));
        }
        return code;
    }

    private static Position position(Response answer) {
        return new Position(
                answer.get(1).toString(),
                Long.parseLong(answer.get(2).toString()),
                Integer.parseUnsignedInt(answer.get(3).toString()));
    }

    private static @Nullable Publication publication(Channel channel, String epoch, Response entry, Listener listener) {
        Position position = entryPosition(epoch, entry.get(0).toString());
        Response fields = entry.get(1);
        byte[] message = position == null
                        || fields.size() < 2
                        || !fields.get(0).toString().equals("m")
                ? new byte[0]
                : fields.get(1).toBytes();
        if (!Envelope.isOne(message)) {
            listener.skipped(Skipped.MALFORMED);
            return null;
        }
        Opened opened = Envelope.decode(channel, message);
        if (opened instanceof Opened.Whole whole) {
            Publication found = whole.publication();
            return new Publication(channel, found.data(), found.info(), position, found.tags());
        }
        listener.skipped(opened instanceof Opened.Refused refused ? refused.why() : Skipped.MALFORMED);
        return null;
    }

    /** Null when no script of ours gave this id. */
    private static @Nullable Position entryPosition(String epoch, String id) {
        int dash = id.indexOf('-');
        try {
            return new Position(
                    epoch, Long.parseLong(id, 0, dash, 10), Integer.parseUnsignedInt(id, dash + 1, id.length(), 10));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
