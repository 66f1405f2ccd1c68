package dev.millipede.client;

import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Commands that are not answered yet. Confined to the client's event loop. */
final class Calls {
    private final Timers timers;
    private final long timeout;
    private final Runnable late;
    private final Map<Integer, Call> open = new HashMap<>();
    private int lastId;

    private record Call(Consumer<JsonObject> answered, Runnable cancelTimeout) {}

    /** @param late called when one has not been answered within {@code timeout} ms */
    Calls(Timers timers, long timeout, Runnable late) {
        this.timers = timers;
        this.timeout = timeout;
        this.late = late;
    }

    /** The id of a new command. */
    int begin(Consumer<JsonObject> answered) {
        int id = ++lastId;
        open.put(id, new Call(answered, timers.after(timeout, late)));
        return id;
    }

    void answer(int id, JsonObject reply) {
        Call call = open.remove(id);
        if (call != null) {
            call.cancelTimeout.run();
            call.answered.accept(reply);
        }
    }

    /** The connection is gone: none will be answered, and ids begin anew. */
    void forget() {
        open.values().forEach(call -> call.cancelTimeout.run());
        open.clear();
        lastId = 0;
    }
}
