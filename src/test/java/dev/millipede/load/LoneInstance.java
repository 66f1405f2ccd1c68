package dev.millipede.load;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.AskRouter;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Stands at the bus address of a node's only instance and wants channels {@code user:0}, {@code user:1}… without having
 * sockets. Keeps none of them, so that what they take is the router's. Confined to its event loop; its methods may be called
 * on any thread, one at a time.
 */
final class LoneInstance extends VerticleBase {
    private static final int INSTANCE = 0;
    private static final int CHUNK = 8_192;
    private static final long RETRY_MILLIS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final LocalBus bus;

    private int next;
    private int end;
    private int underWay;
    private Promise<Void> all = Promise.promise();

    /** When each channel that is asked for by itself was asked for first, in nanoseconds. */
    private final Map<Integer, Long> lateSince = new HashMap<>();

    private boolean late;
    private int refused;
    private long longestNanos;
    private Promise<Late> lateOnes = Promise.promise();

    private final Set<String> heard = new HashSet<>();
    private int hears;
    private Promise<Set<String>> enough = Promise.promise();

    /**
     * How it went with those that asked one by one.
     *
     * @param refused answers that said no, each of which was followed by another attempt
     * @param longestMillis from the first attempt of one to its confirmation
     */
    record Late(int asked, int refused, long longestMillis) {}

    LoneInstance(LocalBus bus) {
        this.bus = bus;
    }

    @Override
    public Future<?> start() {
        return bus.<BusRecord>consume(LocalBus.instance(INSTANCE), this::told).completion();
    }

    static String name(int number) {
        return "user:" + number;
    }

    private static Channel channel(int number) {
        return Objects.requireNonNull(Channel.of(name(number), Namespaces.DEFAULTS));
    }

    private void told(Message<BusRecord> message) {
        BusRecord record = message.body();
        if (record instanceof InterestConfirmed confirmed) {
            confirmed(confirmed.ask());
        } else if (record instanceof InterestRefused no) {
            refused(no.ask());
        } else if (record instanceof Delivery delivery) {
            heard.add(delivery.channel().name());
            tellHeard();
        }
    }

    private void ask(int number) {
        bus.send(LocalBus.ROUTER, new Interest(INSTANCE, channel(number), number));
    }

    /** Completes when the channels from 0 to below that number are confirmed; so many at the most wait at a time. */
    Future<Void> wantAll(int channels, int outstanding) {
        return onLoop(() -> {
            end = channels;
            while (underWay < outstanding && next < end) {
                askNext();
            }
            return all.future();
        });
    }

    private void askNext() {
        underWay++;
        ask(next++);
    }

    private void confirmed(int number) {
        Long since = lateSince.remove(number);
        if (since != null) {
            longestNanos = Math.max(longestNanos, System.nanoTime() - since);
            tellLate();
        } else {
            underWay--;
            if (next < end) {
                askNext();
            } else if (underWay == 0) {
                all.tryComplete();
            }
        }
    }

    private void refused(int number) {
        if (lateSince.containsKey(number)) {
            refused++;
            vertx.setTimer(RETRY_MILLIS, timer -> ask(number));
        } else {
            all.tryFail("the router refused " + name(number));
        }
    }

    /** Wants one more channel each time so many milliseconds have passed, until told to stop. */
    void wantOneEvery(long millis) {
        Context own = context;
        own.runOnContext(now -> {
            late = true;
            vertx.setPeriodic(millis, timer -> {
                if (late) {
                    lateSince.put(next, System.nanoTime());
                    ask(next++);
                } else {
                    vertx.cancelTimer(timer);
                }
            });
        });
    }

    /** Completes when all that were wanted one by one are confirmed. */
    Future<Late> wantNoMore() {
        return onLoop(() -> {
            late = false;
            tellLate();
            return lateOnes.future();
        });
    }

    private void tellLate() {
        if (!late && lateSince.isEmpty()) {
            lateOnes.tryComplete(new Late(next - end, refused, Math.round(longestNanos / 1e6)));
        }
    }

    /** Completes with the names of the channels heard of, when these are so many. */
    Future<Set<String>> hear(int channels) {
        return onLoop(() -> {
            hears = channels;
            tellHeard();
            return enough.future();
        });
    }

    private void tellHeard() {
        if (hears > 0 && heard.size() >= hears) {
            enough.tryComplete(Set.copyOf(heard));
        }
    }

    /** Wants nothing any more; completes when the router has heard of it. */
    Future<Void> leaveAll() {
        return onLoop(() -> leave(0));
    }

    private Future<Void> leave(int from) {
        int to = Math.min(next, from + CHUNK);
        for (int number = from; number < to; number++) {
            bus.send(LocalBus.ROUTER, new InterestEnded(INSTANCE, channel(number)));
        }
        // The answer comes after all this has been dealt with: the bus does not hold a million records.
        Future<Void> dealtWith =
                bus.ask(LocalBus.ROUTER, new AskRouter(), PATIENCE).mapEmpty();
        return to == next ? dealtWith : dealtWith.compose(done -> leave(to));
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(now -> work.get().onComplete(promise));
        return promise.future();
    }
}
