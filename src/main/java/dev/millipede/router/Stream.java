package dev.millipede.router;

import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.recovery.Continuation;
import dev.millipede.router.RoutingTable.Route;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The order of one channel that keeps history: its instances get every publication once and one after the other, or are
 * told that their position is lost. Confined to the router's event loop.
 *
 * <p>The next offset goes on at once; what does not follow is held by a {@link Repair} until the backplane has told. What
 * exists only for a while hangs on a reference that is null otherwise.
 *
 * <table>
 * <caption>Its positions, all null at first</caption>
 * <tr><th>field</th><th>what it is</th><th>who may use it</th></tr>
 * <tr><td>{@code at}</td><td>what instances have been sent, or are owed by a {@link Lag}; within an epoch it only grows</td>
 *     <td>everybody, by {@link #position()}. {@code Broker.Listener.known} answers it too: whoever publishes has seen at most
 *     what was sent, and a stream that does not have that has lost it. It is the mark of the last one sent that gives a rewind
 *     away, so it must not be a position that nobody was sent</td></tr>
 * <tr><td>{@code unverified}</td><td>{@code at} as it was when the connection broke, or as it was last read since, until that is compared</td>
 *     <td>{@link Repair} alone, by {@link #askFrom()}: what went on since may be of a stream that was rewound</td></tr>
 * <tr><td>{@code heard}</td><td>the last publication that came by itself, whether it went on or not</td>
 *     <td>{@link #live} alone: what comes on one connection and goes back is given offsets again</td></tr>
 * <tr><td>{@link #standing}</td><td>{@code at}, or for an instance that lags what it was sent</td>
 *     <td>answers to that instance</td></tr>
 * </table>
 */
final class Stream {
    /** Epochs that are remembered as over. */
    private static final int LEFT = 8;

    final Route route;
    final Streams streams;

    /** The generation of subscriptions in which the backplane has subscribed, though it may not be compared yet; 0 = never. */
    int subscribedIn;

    private @Nullable Position at;

    private @Nullable Position unverified;

    private @Nullable Position heard;

    /** Epochs the stream has had before, the latest last; null when there are none. */
    private @Nullable Set<String> left;

    /** Bit n: instance n has been told a position, and gets what comes after it. */
    private long told;

    private @Nullable Laggards laggards;
    private @Nullable Repair repair;
    private @Nullable Recoveries recoveries;
    private @Nullable Recent recent;
    private boolean closed;

    Stream(Route route, Streams streams) {
        this.route = route;
        this.streams = streams;
    }

    /** Takes a publication that came by itself. */
    void live(Publication publication, Position position) {
        Position before = heard;
        heard = position;
        if (at == null) {
            // What comes before the subscription is acknowledged is part of the position read then.
            if (repair != null) {
                repair.hold(publication);
            }
            return;
        }
        boolean ours = position.epoch().equals(at.epoch());
        if (ours && (goesBack(before, position) || Continuation.contradict(at, position))) {
            repair().rewound(publication);
        } else if (ours && position.offset() <= at.offset()) {
            // A read was faster.
            return;
        } else if (ours && position.offset() == at.offset() + 1 && (repair == null || repair.passes())) {
            advance(publication);
        } else {
            repair().doubt(publication, ours);
        }
    }

    /** Whether the backplane gives offsets again that it has given to others. */
    private static boolean goesBack(@Nullable Position before, Position position) {
        return before != null
                && before.epoch().equals(position.epoch())
                && (before.offset() > position.offset() || Continuation.contradict(before, position));
    }

    /** Sends the publication that comes next. */
    void advance(Publication publication) {
        long targets = route.instances & told & ~route.behind;
        // First what may fail: then nothing has happened.
        Delivery delivery = targets == 0 ? null : streams.deliveries.encode(publication);
        at = Objects.requireNonNull(publication.position());
        if (recent != null) {
            recent.add(publication);
        }
        if (delivery != null) {
            for (long left = targets; left != 0; left &= left - 1) {
                int instance = Long.numberOfTrailingZeros(left);
                if (!streams.deliveries.offer(instance, delivery)) {
                    lags(instance, publication);
                }
            }
        }
        if (recoveries != null) {
            recoveries.advanced();
        }
    }

    /** An instance has no room for a publication; that and what comes then is kept for it, so that nothing need be read. */
    private void lags(int instance, Publication publication) {
        long before = position().offset() - 1;
        if (recent == null) {
            recent = new Recent(this, before);
            recent.use();
            recent.add(publication);
            streams.watch(this);
        }
        laggards().add(instance, before);
    }

    /** The stream stands here, as the backplane tells for the first time. */
    void begin(Position top) {
        at = top;
    }

    /** What comes next cannot be had, or the stream is another one: all go on from its top. */
    void lose(Position top) {
        boolean another = !top.epoch().equals(position().epoch());
        streams.metrics.positionLost(another);
        if (another) {
            leave(position().epoch());
        }
        // Within an epoch, more may have gone on since the page was read.
        if (another || top.offset() > position().offset()) {
            at = top;
        }
        read();
        dropRecent();
        if (laggards != null) {
            laggards.positionLost(position());
            // What comes from now on is kept for them.
            recent();
        }
        for (long left = route.instances & told; left != 0; left &= left - 1) {
            tellLost(Long.numberOfTrailingZeros(left));
        }
        review();
    }

    private void leave(String epoch) {
        if (left == null) {
            left = new LinkedHashSet<>();
        }
        left.add(epoch);
        if (left.size() > LEFT) {
            left.remove(left.iterator().next());
        }
    }

    /** Whether the stream has had that epoch before the one of now. */
    boolean hasLeft(String epoch) {
        return left != null && left.contains(epoch);
    }

    /** Tells one instance that it goes on from the position of now. */
    void tellLost(int instance) {
        streams.deliveries.tell(instance, new PositionLost(route.channel, position()));
    }

    private void review() {
        if (recoveries != null) {
            recoveries.review();
        }
    }

    /** The connection broke: what the backplane has must be compared with what instances were sent. */
    void interrupted() {
        if (unverified == null) {
            unverified = at;
        }
        if (repair != null) {
            repair.interrupted();
        }
    }

    /** Everything up to here was read: it is to be compared itself, if that read does not count as a comparison. */
    void read() {
        if (unverified != null) {
            unverified = at;
        }
    }

    /** What is sent has been compared since the connection was made. */
    void verified() {
        unverified = null;
    }

    /** Whether what instances were sent is still to be compared since the connection was made. */
    boolean isUnverified() {
        return unverified != null;
    }

    /** From where on the backplane is to be asked; null when it is to tell where the stream stands. */
    @Nullable
    Position askFrom() {
        return unverified == null ? at : unverified;
    }

    /** What instances have been sent; null when that is not known yet. */
    @Nullable
    Position positionOrNull() {
        return at;
    }

    Position position() {
        return Objects.requireNonNull(at);
    }

    /**
     * Compares with the backplane and sends what is missing.
     *
     * @return completes when a read that was begun from now on has been taken in, fails when none could be had in
     *     {@link Repair#PATIENCE_MILLIS}
     */
    Future<Void> compare() {
        return repair().compare();
    }

    private Repair repair() {
        if (repair == null) {
            repair = new Repair(this);
            streams.watch(this);
        }
        return repair;
    }

    void repaired() {
        repair = null;
    }

    /** Where an instance stands, which from now on gets what comes after that. */
    Position confirm(int instance) {
        told |= 1L << instance;
        return standing(instance);
    }

    Position standing(int instance) {
        return laggards == null ? position() : laggards.standing(instance);
    }

    private Laggards laggards() {
        if (laggards == null) {
            laggards = new Laggards(this);
        }
        return laggards;
    }

    /** An instance that lagged has been sent all there is. */
    void caughtUp(Lag lag) {
        Objects.requireNonNull(laggards).end(lag);
        review();
        dropUnshared();
    }

    /** No instance lags. */
    void noLaggards() {
        laggards = null;
    }

    /** The instance does not listen any more. */
    void left(int instance) {
        told &= ~(1L << instance);
        if (laggards != null) {
            laggards.remove(instance);
        }
        if (recoveries != null) {
            recoveries.left(instance);
        }
        dropUnshared();
    }

    /** An instance says that it cannot take more of this channel for now, or can again. */
    void behind(int instance, boolean behind) {
        if ((route.instances & told & 1L << instance) != 0) {
            if (behind) {
                // What comes from now on is kept for it.
                recent();
            }
            laggards().behind(instance, behind);
        }
    }

    void recover(Recover ask) {
        if (at == null || (route.instances & told & 1L << ask.instance()) == 0) {
            Recoveries.refuse(this, ask);
            return;
        }
        if (recoveries == null) {
            recoveries = new Recoveries(this);
            streams.watch(this);
        }
        recoveries.ask(ask);
    }

    /** The latest publications, kept from now on for a while. */
    Recent recent() {
        if (recent == null) {
            recent = new Recent(this, position().offset());
            streams.watch(this);
        }
        recent.use();
        return recent;
    }

    void dropRecent() {
        if (recent != null) {
            streams.shelf.remove(recent);
            recent = null;
        }
    }

    /** Nobody needs the latest publications any more, and no more than one ever did: they are not kept for others. */
    void dropUnshared() {
        if (recent != null && !recent.isShared() && !isRecentNeeded()) {
            dropRecent();
        }
    }

    private boolean isRecentNeeded() {
        return laggards != null || (recoveries != null && recoveries.isAwaited());
    }

    /**
     * Goes on with what waits for time to pass.
     *
     * @return whether something does
     */
    boolean tick(long now) {
        if (closed) {
            return false;
        }
        if (repair != null) {
            repair.tick(now);
        }
        if (recoveries != null && !recoveries.tick(now)) {
            recoveries = null;
        }
        if (recent != null && !isRecentNeeded() && recent.isOver(now)) {
            dropRecent();
        }
        return repair != null || recoveries != null || recent != null;
    }

    /** The backplane is lost: whoever waits for it is told so. */
    void lost() {
        if (recoveries != null) {
            recoveries.refuseAll();
        }
    }

    /** The channel is given up. */
    void close() {
        closed = true;
        dropRecent();
    }

    boolean isClosed() {
        return closed;
    }
}
