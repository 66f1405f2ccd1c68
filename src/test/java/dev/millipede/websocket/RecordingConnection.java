package dev.millipede.websocket;

import dev.millipede.fuzz.Held;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** A connection that counts its commands, to be compared with the answers. Confined as {@link Connection}. */
final class RecordingConnection extends Connection {
    private final Map<Long, Integer> unanswered = new HashMap<>();

    RecordingConnection(Instance instance, long idHigh, long idLow) {
        super(instance, idHigh, idLow);
    }

    @Override
    public boolean command(Command command) {
        long id = id(command);
        if (id > 0) {
            unanswered.merge(id, 1, Integer::sum);
        }
        return super.command(command);
    }

    private static long id(Command command) {
        if (command instanceof Command.Connect connect) {
            return connect.id();
        } else if (command instanceof Command.Subscribe subscribe) {
            return subscribe.id();
        } else if (command instanceof Command.Unsubscribe unsubscribe) {
            return unsubscribe.id();
        } else if (command instanceof Command.Publish publish) {
            return publish.id();
        } else if (command instanceof Command.History history) {
            return history.id();
        } else if (command instanceof Command.Refresh refresh) {
            return refresh.id();
        } else if (command instanceof Command.SubRefresh refresh) {
            return refresh.id();
        } else if (command instanceof Command.NotAvailable missing) {
            return missing.id();
        }
        return 0;
    }

    /**
     * No answer without a command, and no command without an answer as long as the connection is open; but for those that
     * came while a connect waited that then failed.
     */
    void check() {
        FakeTransport transport = InstanceFixture.transport(this);
        for (String text : transport.texts) {
            for (String line : text.split("\n", -1)) {
                long id = new JsonObject(line).getLong("id", 0L);
                if (id > 0) {
                    int left = unanswered.getOrDefault(id, 0);
                    Held.that(left > 0, () -> "an answer to no command: " + line);
                    unanswered.put(id, left - 1);
                }
            }
        }
        boolean owes = isOpen() && state != State.REFUSED;
        Held.that(!owes || unanswered.values().stream().allMatch(left -> left == 0), () -> "owed: " + unanswered);
        Held.that(!transport.closeCodes.contains(CloseCode.INTERNAL.code()), "something of ours threw");
        Held.that(transport.closeCodes.size() <= 1, "closed twice");
    }
}
