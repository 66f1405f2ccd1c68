package dev.millipede.checker;

import dev.millipede.checker.SimulatedStream.Entry;
import dev.millipede.checker.SimulatedStream.Known;
import dev.millipede.checker.SimulatedStream.Page;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node in the simulation: follows one channel as docs/architecture.md says, for its members. Each of its methods is one
 * step that can come at any time; what is read is asked for, executed and answered in steps of their own.
 */
final class SimulatedNode {
    private final SimulatedStream stream;
    private final Set<Mechanism> off;
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final List<Entry> held = new ArrayList<>();
    private final List<SimulatedClient> members = new ArrayList<>();
    private final List<Joiner> joiners = new ArrayList<>();
    private Known known;
    private long lastLive;
    private boolean connected;
    private boolean asked;
    private @Nullable Page answer;

    /** Who is on its way, with what was read and what came meanwhile. */
    private static final class Joiner {
        private final SimulatedClient client;
        private final List<Entry> held = new ArrayList<>();
        private @Nullable Page page;

        Joiner(SimulatedClient client) {
            this.client = client;
        }
    }

    SimulatedNode(SimulatedStream stream, Set<Mechanism> off) {
        this.stream = stream;
        this.off = off;
        this.known = new Known("epoch0", 0, 0);
        connect();
    }

    /** What Redis has sent and it has not read. */
    Deque<Entry> queue() {
        return queue;
    }

    /** How far it has seen the stream. */
    Known known() {
        return known;
    }

    boolean isConnected() {
        return connected;
    }

    /** Its connection is there again, and it listens. */
    void connect() {
        connected = true;
        stream.listen(this);
        ask();
    }

    /** Its connection is gone, with what was on its way. */
    void lose() {
        connected = false;
        stream.forget(this);
        queue.clear();
    }

    private void ask() {
        asked |= !off.contains(Mechanism.GAP_REPAIR);
    }

    boolean isQuiet() {
        return connected && queue.isEmpty() && !asked && answer == null && held.isEmpty() && joiners.isEmpty();
    }

    /** Reads one publication of its connection. */
    void hear() {
        Entry entry = queue.poll();
        if (entry == null) {
            return;
        }
        if (off.contains(Mechanism.GAP_REPAIR)) {
            if (!entry.epoch().equals(known.epoch()) || entry.offset() > known.offset()) {
                pass(entry);
            }
        } else if (asked || answer != null) {
            held.add(entry);
        } else {
            live(entry);
        }
    }

    private void live(Entry entry) {
        boolean same = entry.epoch().equals(known.epoch());
        if (same && entry.offset() == known.offset() + 1) {
            lastLive = entry.offset();
            pass(entry);
        } else if (same && entry.offset() <= known.offset() && (entry.offset() > lastLive || rewindsAreIgnored())) {
            lastLive = Math.max(lastLive, entry.offset());
        } else {
            held.add(entry);
            ask();
        }
    }

    private boolean rewindsAreIgnored() {
        return off.contains(Mechanism.REWIND_CHECK);
    }

    private void pass(Entry entry) {
        known = new Known(entry.epoch(), entry.offset(), entry.mark());
        members.forEach(each -> each.get(entry));
        if (!off.contains(Mechanism.HOLD_WHILE_JOINING)) {
            joiners.forEach(each -> each.held.add(entry));
        }
    }

    /** Redis carries out what it was asked. */
    void read() {
        if (asked) {
            asked = false;
            answer = stream.after(known);
        }
    }

    /** The answer arrives. */
    void answered() {
        Page page = answer;
        if (page == null) {
            return;
        }
        answer = null;
        if (page.top().epoch().equals(known.epoch())) {
            for (Entry entry : page.entries()) {
                if (entry.offset() == known.offset() + 1) {
                    pass(entry);
                }
            }
        }
        if (!page.top().epoch().equals(known.epoch()) || page.top().offset() > known.offset()) {
            loseThePlace(page.top());
        }
        List<Entry> waiting = List.copyOf(held);
        held.clear();
        for (Entry entry : waiting) {
            boolean same = entry.epoch().equals(known.epoch());
            if (asked) {
                held.add(entry);
            } else if (same && entry.offset() > known.offset()) {
                live(entry);
            }
        }
    }

    private void loseThePlace(Known top) {
        known = top;
        lastLive = 0;
        Place place = new Place(top.epoch(), top.offset());
        members.forEach(each -> each.begin(place));
        joiners.forEach(each -> {
            each.page = null;
            each.held.clear();
        });
    }

    void join(SimulatedClient client) {
        joiners.add(new Joiner(client));
    }

    void leave(SimulatedClient client) {
        members.remove(client);
        joiners.removeIf(each -> each.client == client);
    }

    /** Redis reads the history for somebody who is on its way, or the answer arrives. */
    void goOnJoining(int which) {
        if (joiners.isEmpty()) {
            return;
        }
        Joiner joiner = joiners.get(which % joiners.size());
        Place since = joiner.client.place();
        Page page = joiner.page;
        if (since == null) {
            take(joiner).begin(new Place(known.epoch(), known.offset()));
        } else if (page == null) {
            joiner.held.clear();
            joiner.page = stream.page(since.offset());
        } else if (!page.top().epoch().equals(known.epoch()) || isAhead(since)) {
            // The node is behind: it has to catch up first.
            joiner.page = null;
            ask();
        } else if (!since.epoch().equals(known.epoch())) {
            take(joiner).begin(new Place(known.epoch(), known.offset()));
        } else {
            resume(joiner, page, since);
        }
    }

    private boolean isAhead(Place since) {
        return since.epoch().equals(known.epoch()) && since.offset() > known.offset();
    }

    private SimulatedClient take(Joiner joiner) {
        joiners.remove(joiner);
        members.add(joiner.client);
        return joiner.client;
    }

    private void resume(Joiner joiner, Page page, Place since) {
        SimulatedClient client = take(joiner);
        client.resume(since);
        boolean cut = !off.contains(Mechanism.HOLD_WHILE_JOINING);
        for (Entry entry : page.entries()) {
            if (!cut || entry.offset() <= known.offset()) {
                client.get(entry);
            }
        }
        for (Entry entry : joiner.held) {
            if (entry.offset() > page.top().offset()) {
                client.get(entry);
            }
        }
    }
}
