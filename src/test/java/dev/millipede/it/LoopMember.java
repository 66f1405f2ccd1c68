package dev.millipede.it;

import dev.millipede.it.LoopPublisher.Heard;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection that subscribes to a channel and leaves it again, in a loop, and judges what it gets. Confined to one
 * thread at a time.
 *
 * <p>What must arrive: every number issued after the reply to its subscribe was read, and before the next kill; but not if
 * that reply may have been given before the node noticed the kill before it. And after a number that has arrived every one
 * up to the next kill. As the order is kept, a number that must arrive and has not is missed when a higher one comes; half
 * of the time a member waits until one has come that is as high as it wants, whatever happens.
 */
final class LoopMember implements AutoCloseable {
    /** From when the losses were known to be noticed until every instance has heard of them and said what it had to say. */
    private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long IMPATIENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PATIENT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A refusal takes the node no time: without a pause most of the test's would be spent on them. */
    private static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final String PUSH = "{\"push\":";
    private static final String DATA = "\"data\":";
    private static final String CODE = "\"error\":{\"code\":";
    private static final int NO_EPOCH = -1;

    final LoopCounts counts = new LoopCounts();
    private final LoopSocket socket;
    private final LoopPublisher publisher;
    private final String channel;
    private final SplittableRandom random;
    private final BitSet seen = new BitSet();
    private State state = State.OUT;
    private Read before;
    private int nextId = 2;
    private boolean leavesAtOnce;
    private int highest;

    /** Of the current subscription: after this number all of this epoch must arrive, and this one is waited for. */
    private int anchor;

    private int anchorEpoch;
    private int wanted;

    /** When it tries again after a refusal. */
    private long joinsAt = System.nanoTime();

    /** When it has waited for long enough, though what it wants has not come. */
    private long leavesAt;

    private enum State {
        OUT,
        JOINING,
        IN,
        LEAVING,
        ENDED
    }

    /** When all that had arrived was read, or before, and what was known then. */
    record Read(Heard heard, long nanos) {}

    LoopMember(LoopSocket socket, LoopPublisher publisher, String channel, SplittableRandom random) {
        this.socket = socket;
        this.publisher = publisher;
        this.channel = channel;
        this.random = random;
        this.before = new Read(publisher.heard(), System.nanoTime());
    }

    /**
     * Reads all that has arrived and goes on.
     *
     * @param now what is known before that
     * @param ending whether to subscribe no more
     */
    void look(Read now, boolean ending) throws IOException {
        socket.receiveAll(this::got);
        if (socket.isClosed() && state != State.ENDED) {
            counts.closed++;
            state = State.ENDED;
        }
        before = now;
        if (state == State.OUT && ending) {
            state = State.ENDED;
        } else if (state == State.OUT && now.nanos() - joinsAt >= 0) {
            join();
        } else if (state == State.IN && (highest >= wanted || now.nanos() - leavesAt >= 0)) {
            state = State.LEAVING;
            socket.send(command("unsubscribe"));
        }
    }

    void register(Selector selector) throws IOException {
        socket.register(selector);
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    private void join() throws IOException {
        state = State.JOINING;
        leavesAtOnce = random.nextInt(4) == 0;
        if (leavesAtOnce) {
            socket.send(command("subscribe"), command("unsubscribe"));
        } else {
            socket.send(command("subscribe"));
        }
    }

    private String command(String name) {
        return "{\"id\":" + nextId++ + ",\"" + name + "\":{\"channel\":\"" + channel + "\"}}";
    }

    private void got(String line) {
        if (line.startsWith(PUSH)) {
            int from = line.indexOf(DATA) + DATA.length();
            number(Integer.parseInt(line, from, line.indexOf('}', from), 10));
        } else if (line.contains("\"unsubscribe\":{}")) {
            left(line);
        } else if (line.contains("\"subscribe\":{}")) {
            joined(line);
        } else if (line.contains(CODE)) {
            failed(line);
        } else {
            counts.unexpected(line);
        }
    }

    private void joined(String line) {
        if (state != State.JOINING) {
            counts.unexpected(line);
            return;
        }
        counts.joined++;
        anchor = publisher.issued();
        int epoch = publisher.epoch();
        boolean certain = before.heard().epoch() == epoch
                && before.nanos() - before.heard().nanos() > MARGIN_NANOS;
        anchorEpoch = certain ? epoch : NO_EPOCH;
        counts.certain += certain ? 1 : 0;
        // Some leave at once, most soon, some stay for longer than Redis does.
        int more = random.nextInt(10);
        wanted = more < 2 ? 0 : anchor + 1 + random.nextInt(more < 9 ? 8 : 300);
        leavesAt = System.nanoTime() + (random.nextBoolean() ? IMPATIENT_NANOS : PATIENT_NANOS);
        state = leavesAtOnce ? State.LEAVING : State.IN;
    }

    private void failed(String line) {
        int from = line.indexOf(CODE) + CODE.length();
        int code = Integer.parseInt(line, from, line.indexOf(',', from), 10);
        if (state != State.JOINING) {
            counts.unexpected(line);
        }
        counts.error(code);
        joinsAt = System.nanoTime() + REFUSED_NANOS;
        state = leavesAtOnce ? State.LEAVING : State.OUT;
    }

    private void left(String line) {
        if (state != State.LEAVING) {
            counts.unexpected(line);
        }
        state = State.OUT;
    }

    private void number(int number) {
        if (state != State.IN && state != State.LEAVING) {
            counts.unexpected("while " + state + ": " + number);
            return;
        }
        counts.got++;
        if (seen.get(number)) {
            counts.twice++;
            return;
        }
        seen.set(number);
        if (number < highest) {
            counts.late++;
            return;
        }
        highest = number;
        for (int between = anchor + 1; between < number; between++) {
            if (publisher.epochOf(between) == anchorEpoch) {
                counts.missed++;
            } else {
                counts.lost++;
            }
        }
        counts.due += number > anchor && publisher.epochOf(number) == anchorEpoch ? 1 : 0;
        if (number > anchor) {
            anchor = number;
            anchorEpoch = publisher.epochOf(number);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
