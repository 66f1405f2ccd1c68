package dev.millipede.websocket;

import dev.millipede.backplane.HistoryQuery;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.HistoryRead;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads for a client what is kept of a channel: as much as it asks for, one page holds, and its outbox takes. Confined to the
 * event loop of its WebSocketVerticle.
 */
final class HistoryReader {
    private final Instance instance;
    private final int maxPublications;

    /** @param maxPublications in one page */
    HistoryReader(Instance instance, int maxPublications) {
        this.instance = instance;
        this.maxPublications = maxPublications;
    }

    /** Answers the command within {@link CommandHandler#MAX_WAIT_MILLIS}; the channel keeps history. */
    void read(Connection from, Channel channel, Command.History command) {
        int limit = command.limit() < 0 ? maxPublications : Math.min(command.limit(), maxPublications);
        HistoryQuery query = new HistoryQuery(command.since(), limit, command.reverse());
        Future<HistoryPage> reading = instance.broker.history(channel, query);
        (reading.isComplete() ? reading : reading.timeout(CommandHandler.MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS))
                .onComplete(
                        page -> instance.guarded(from, () -> answer(from, command, page)),
                        failure -> instance.fail(from, command.id(), ErrorCode.INTERNAL));
    }

    private void answer(Connection from, Command.History command, HistoryPage page) {
        Since since = command.since();
        if (since != null && !since.isOf(page.top().epoch())) {
            instance.fail(from, command.id(), ErrorCode.UNRECOVERABLE_POSITION);
        } else if (from.isOpen()) {
            instance.reply(from, new HistoryRead(command.id(), page.top(), bodies(from, page)));
        }
    }

    /** As many from the start as the outbox takes: a client that asks for much is not closed for it. */
    private List<byte[]> bodies(Connection from, HistoryPage page) {
        long room = instance.outbox.room(from) - JoinAnswers.REPLY_BYTES;
        List<byte[]> bodies = new ArrayList<>(page.publications().size());
        for (Publication publication : page.publications()) {
            byte[] body = instance.protocol.encodeBody(publication);
            room -= body.length + 1;
            if (room < 0) {
                break;
            }
            bodies.add(body);
        }
        return bodies;
    }
}
