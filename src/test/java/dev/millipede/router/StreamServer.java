package dev.millipede.router;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.HistoryQuery;
import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A backplane like Redis with one channel: it carries out commands and delivers what it says when the test wants, in order on
 * each of its two connections; it loses publications, connections, and what it has stored.
 */
final class StreamServer implements Broker {
    /** One publication ever made: its number, and that of the one that stood before it in the stream; 0 = none. */
    record Made(int number, int before, Position position) {}

    /** Every publication ever made, by its number. */
    final Map<Integer, Made> made = new HashMap<>();

    boolean connected;

    /** Whether something was lost on its way over the connection that stands: only what comes next tells. */
    boolean dropped;

    /** Reads of history asked for so far, comparisons included. */
    int reads;

    private final Channel channel;
    private final int size;
    private final SplittableRandom random;
    private final Consumer<Publication> listener;

    private State state = new State();
    private @Nullable State saved;
    private boolean subscribed;
    private final ArrayDeque<Runnable> orders = new ArrayDeque<>();
    private final ArrayDeque<Runnable> pipe = new ArrayDeque<>();
    private final ArrayDeque<Read> commands = new ArrayDeque<>();
    private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    private final List<Promise<?>> pending = new ArrayList<>();
    private int numbers;
    private int epochs;

    private record Read(Supplier<HistoryPage> command, Promise<HistoryPage> answer) {}

    /** What is stored. */
    private static final class State {
        @Nullable
        String epoch;

        long top;
        int mark;
        int last;
        List<Publication> kept = new ArrayList<>();

        State copy() {
            State copy = new State();
            copy.epoch = epoch;
            copy.top = top;
            copy.mark = mark;
            copy.last = last;
            copy.kept = new ArrayList<>(kept);
            return copy;
        }
    }

    StreamServer(Channel channel, int size, SplittableRandom random, Consumer<Publication> listener) {
        this.channel = channel;
        this.size = size;
        this.random = random;
        this.listener = listener;
    }

    static int number(Publication publication) {
        return Integer.parseInt(publication.data().toString());
    }

    private String epoch() {
        if (state.epoch == null) {
            state.epoch = "e" + ++epochs;
        }
        return state.epoch;
    }

    Position top() {
        return new Position(epoch(), state.top, state.mark);
    }

    /** Whether all after an offset can be had. */
    boolean keeps(long offset) {
        long oldest = state.kept.isEmpty()
                ? state.top + 1
                : position(state.kept.get(0)).offset();
        return offset == state.top || (oldest <= offset + 1 && offset < state.top);
    }

    /** Whether the publication of that number is part of the stream as it is now, kept or not. */
    boolean descendsFrom(int number) {
        for (int at = state.last;
                at != 0;
                at = Objects.requireNonNull(made.get(at)).before()) {
            if (at == number) {
                return true;
            }
        }
        return number == 0;
    }

    /** The publication at a position, as far as it is known; 0 = none. */
    int lastAt(Position position) {
        for (Made each : made.values()) {
            if (position.offset() == each.position().offset()
                    && position.mark() == each.position().mark()) {
                return each.number();
            }
        }
        return 0;
    }

    private static Position position(Publication publication) {
        return Objects.requireNonNull(publication.position());
    }

    /** Somebody publishes who has seen the stream up to there; null when they do not know it. */
    void grow(@Nullable Position known) {
        checkKnown(known);
        int number = ++numbers;
        state.mark = 1 + random.nextInt(1 << 30);
        Position position = new Position(epoch(), ++state.top, state.mark);
        made.put(number, new Made(number, state.last, position));
        state.last = number;
        Payload data = Payload.ofValidated(Integer.toString(number).getBytes(StandardCharsets.UTF_8));
        Publication publication = new Publication(channel, data, null, position, Map.of());
        state.kept.add(publication);
        if (state.kept.size() > size) {
            state.kept.remove(0);
        }
        send(publication);
    }

    /** Somebody publishes what is not stored. */
    void publishPlain() {
        send(new Publication(channel, Payload.ofValidated("0".getBytes(StandardCharsets.UTF_8)), null));
    }

    private void send(Publication publication) {
        if (subscribed) {
            pipe.add(() -> listener.accept(publication));
        }
    }

    private void checkKnown(@Nullable Position known) {
        if (known != null && known.epoch().equals(epoch()) && isRewound(known)) {
            state.epoch = "e" + ++epochs;
        }
    }

    private boolean isRewound(Position known) {
        if (state.top < known.offset()) {
            return true;
        }
        if (state.top == known.offset()) {
            return state.mark != known.mark();
        }
        return state.kept.stream()
                .map(StreamServer::position)
                .anyMatch(each -> each.offset() == known.offset() && each.mark() != known.mark());
    }

    /** What is kept of publications is removed; the position stays. */
    void removeKept() {
        state.kept.clear();
    }

    void save() {
        saved = state.copy();
    }

    /** The server dies; it will come back as it was when it last saved, or with nothing. */
    void rewind() {
        state = saved == null ? new State() : saved.copy();
    }

    void forgetAll() {
        state = new State();
        saved = null;
    }

    /** The listening connection breaks. */
    void cutListening() {
        connected = false;
        dropped = false;
        subscribed = false;
        orders.clear();
        pipe.clear();
    }

    /** The reading connection breaks: what it had not answered fails, carried out or not. */
    void cutReading() {
        commands.clear();
        answers.clear();
        List<Promise<?>> all = new ArrayList<>(pending);
        pending.clear();
        all.forEach(each -> each.tryFail("the connection is lost"));
    }

    /** One thing is lost on its way to the router, if there is any. */
    void drop() {
        if (!pipe.isEmpty() && random.nextInt(2) == 0) {
            Runnable last = pipe.removeLast();
            if (last instanceof Acknowledgement) {
                pipe.addLast(last);
            } else {
                dropped = true;
            }
        }
    }

    /** Carries out the next command of either connection. */
    boolean carryOut(boolean read) {
        if (!read) {
            Runnable order = orders.poll();
            if (order != null) {
                order.run();
            }
            return order != null;
        }
        Read next = commands.poll();
        if (next == null) {
            return false;
        }
        HistoryPage page = next.command().get();
        answers.add(() -> {
            pending.remove(next.answer());
            next.answer().tryComplete(page);
        });
        return true;
    }

    /** The next word of either connection arrives. */
    boolean arrive(boolean read) {
        Runnable next = read ? answers.poll() : pipe.poll();
        if (next != null) {
            next.run();
        }
        return next != null;
    }

    void everythingArrives() {
        int steps = 0;
        while (carryOut(false) || carryOut(true) || arrive(false) || arrive(true)) {
            if (++steps > 100_000) {
                throw new AssertionError("the router asks for ever");
            }
        }
    }

    @Override
    public void listen(Listener listener) {
        throw new UnsupportedOperationException("the test stands between");
    }

    /** That a subscription has begun. */
    private record Acknowledgement(Promise<Void> promise) implements Runnable {
        @Override
        public void run() {
            promise.complete();
        }
    }

    @Override
    public Future<Void> subscribe(Channel channel) {
        if (!connected) {
            return Future.failedFuture("the backplane is away");
        }
        Promise<Void> promise = Promise.promise();
        orders.add(() -> {
            subscribed = true;
            pipe.add(new Acknowledgement(promise));
        });
        return promise.future();
    }

    @Override
    public void unsubscribe(Channel channel) {
        if (connected) {
            orders.add(() -> subscribed = false);
        }
    }

    private Future<HistoryPage> read(Supplier<HistoryPage> command) {
        reads++;
        Promise<HistoryPage> answer = Promise.promise();
        commands.add(new Read(command, answer));
        pending.add(answer);
        return answer.future();
    }

    @Override
    public Future<HistoryPage> history(Channel channel, HistoryQuery query) {
        return read(() -> {
            Since since = query.since();
            if (query.limit() == 0 || (since != null && !since.isOf(epoch()))) {
                return new HistoryPage(top(), List.of());
            }
            return page(since == null ? 0 : since.offset(), query.limit(), query.reverse());
        });
    }

    @Override
    public Future<HistoryPage> after(Channel channel, Position known, int limit) {
        return read(() -> {
            checkKnown(known);
            return known.epoch().equals(epoch())
                    ? page(known.offset(), limit, false)
                    : new HistoryPage(top(), List.of());
        });
    }

    /** Positions are those of the stream's epoch now, whatever it was when they were given. */
    private HistoryPage page(long after, int limit, boolean reverse) {
        List<Publication> all = new ArrayList<>();
        for (Publication each : state.kept) {
            Position position = position(each);
            if (position.offset() > after) {
                Position now = new Position(epoch(), position.offset(), position.mark());
                all.add(new Publication(channel, each.data(), null, now, Map.of()));
            }
        }
        if (reverse) {
            Collections.reverse(all);
        }
        return new HistoryPage(top(), all.subList(0, Math.min(limit, all.size())));
    }

    @Override
    public Future<Void> removeHistory(Channel channel) {
        throw new UnsupportedOperationException("the test does that");
    }

    @Override
    public Future<Published> publish(Publication publication, PublishOptions options) {
        throw new UnsupportedOperationException("the router does not publish");
    }
}
