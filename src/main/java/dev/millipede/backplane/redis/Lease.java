package dev.millipede.backplane.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's word that it lives: a key that goes {@value #MILLIS} ms after it was last renewed, by Redis' clock. What
 * others keep under its id counts for as long. A lease that was lost is never had again: the next one has another
 * id. Confined to the event loop of the router.
 */
final class Lease {
    /** How long it lasts without being renewed. */
    static final long MILLIS = 5_000;

    /** Between two renewals, less what a timer may be early. */
    static final long RENEWAL_MILLIS = 900;

    /** Failures in a row that are said: one alone may be a connection that broke. */
    private static final int PATIENCE = 2;

    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final String uid;
    private final RegistryKeys keys;
    private final Consumer<Item> redis;
    private final LongSupplier clock;
    private final Holder holder;
    private final Outage outage = new Outage(log, "Keeping the lease of this node in Redis", PATIENCE);
    private int generation = 1;
    private boolean held;
    private long heldUntil;
    private long askedAt;
    private boolean asking;
    private boolean ended;

    /** Who keeps something under it. */
    interface Holder {
        /** It is held, under an id that was never used before. */
        void gained(String id);

        /** What was kept under the last id counts no more, or not for long. */
        void lost();
    }

    /**
     * Asks for nothing yet.
     *
     * @param uid unique among nodes and starts
     * @param redis sends a request
     * @param clock milliseconds that go on while this process stands still
     */
    Lease(String uid, RegistryKeys keys, Consumer<Item> redis, LongSupplier clock, Holder holder) {
        this.uid = uid;
        this.keys = keys;
        this.redis = redis;
        this.clock = clock;
        this.holder = holder;
    }

    /** As far as this node knows: never later than Redis. */
    boolean isHeld() {
        return held && clock.getAsLong() < heldUntil;
    }

    private String id(int ofGeneration) {
        return uid + ':' + ofGeneration;
    }

    /** There is a connection. */
    void opened() {
        ask();
    }

    void tick() {
        loseIfOver();
        if (clock.getAsLong() - askedAt >= RENEWAL_MILLIS) {
            ask();
        }
    }

    /** Redis says that there is none under this id. */
    void missed(String id) {
        if (held && id(generation).equals(id)) {
            lose();
            ask();
        }
    }

    private void loseIfOver() {
        if (held && !isHeld()) {
            lose();
        }
    }

    private void lose() {
        held = false;
        generation++;
        log.warn("the lease of this node in Redis is lost");
        holder.lost();
    }

    private void ask() {
        if (asking || ended) {
            return;
        }
        asking = true;
        askedAt = clock.getAsLong();
        boolean begins = !held;
        int asked = generation;
        boolean replaces = begins && asked > 1;
        Request request = Script.LEASE.call(replaces ? 2 : 1).arg(keys.lease(id(asked)));
        if (replaces) {
            request.arg(keys.lease(id(asked - 1)));
        }
        request.arg(MILLIS).arg(begins ? 1 : 0);
        long sentAt = askedAt;
        // A late answer is better than none: it says until when the lease is held.
        redis.accept(new Item(request, Item.Kind.PROBE, 1, (answer, failure) -> {
            asking = false;
            if (!ended && asked == generation) {
                answered(begins, sentAt + MILLIS, answer, failure);
            }
        }));
    }

    private void answered(boolean begun, long until, @Nullable Response answer, @Nullable Throwable failure) {
        int code = RegistryAnswers.code(answer, failure);
        if (code == RegistryAnswers.FAILED) {
            outage.failed(RegistryAnswers.why(answer, failure));
        } else {
            outage.worked();
        }
        if (code == RegistryAnswers.DONE) {
            heldUntil = until;
            if (begun && clock.getAsLong() < until) {
                held = true;
                log.info("the lease of this node in Redis is held, generation {}", generation);
                holder.gained(id(generation));
            }
            loseIfOver();
        } else if (code == RegistryAnswers.GONE && held) {
            lose();
            ask();
        }
    }

    /** Gives it up for good; completes when Redis knows, or cannot be told. */
    Future<Void> end() {
        Promise<Void> told = Promise.promise();
        boolean any = held;
        ended = true;
        held = false;
        if (any) {
            Request request = Request.cmd(Command.DEL).arg(keys.lease(id(generation)));
            redis.accept(new Item(request, Item.Kind.WRITE, 1, (answer, failure) -> told.complete()));
        } else {
            told.complete();
        }
        return told.future();
    }
}
