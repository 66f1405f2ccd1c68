package dev.millipede.checker;

import dev.millipede.checker.SimulatedStream.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A subscriber in the simulation, which writes down what it is told. */
final class SimulatedClient {
    private final String name;
    private final List<Heard> heard = new ArrayList<>();
    private @Nullable Place place;
    private @Nullable SimulatedNode node;

    SimulatedClient(String name) {
        this.name = name;
    }

    /** Where it would go on; null when it has never been subscribed. */
    @Nullable
    Place place() {
        return place;
    }

    /** The node that it is connected to. */
    @Nullable
    SimulatedNode node() {
        return node;
    }

    SubscriberLog log() {
        return new SubscriberLog(name, heard);
    }

    void connect(SimulatedNode to) {
        node = to;
        to.join(this);
    }

    void disconnect() {
        if (node != null) {
            node.leave(this);
            node = null;
        }
    }

    void begin(Place at) {
        place = at;
        heard.add(new Heard.Began(at));
    }

    void resume(Place at) {
        heard.add(new Heard.Resumed(at));
    }

    void get(Entry entry) {
        place = entry.place();
        heard.add(new Heard.Got(entry.place(), entry.id()));
    }
}
