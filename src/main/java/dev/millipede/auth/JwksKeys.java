package dev.millipede.auth;

import dev.millipede.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys an issuer publishes, as last heard; asked for again every now and then, and when a token names one that is not
 * among them. While the issuer does not answer they hold for {@code keepFor}. Safe on any thread.
 */
final class JwksKeys {
    /** From one request to the next at least, whatever tokens name; and after one that failed. */
    static final long MIN_GAP_MILLIS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(JwksKeys.class);

    private final Vertx vertx;
    private final JwksConfig config;
    private final JwksRequest request;
    private final InstantSource clock;
    private final Metrics metrics;

    private volatile Heard heard;
    private @Nullable Future<Refresh> underWay;
    private long askedAt = Long.MIN_VALUE;
    private long timer = -1;
    private boolean failing;
    private boolean closed;
    private boolean warnedOfMany;

    /** @param at wall clock milliseconds */
    private record Heard(KeyRing ring, long at) {}

    /** What became of a wish to hear the keys anew. */
    enum Refresh {
        DONE,
        FAILED,
        /** The last one was a moment ago. */
        TOO_SOON
    }

    JwksKeys(Vertx vertx, JwksConfig config, InstantSource clock, Metrics metrics) {
        this.vertx = vertx;
        this.config = config;
        this.request = new JwksRequest(vertx, config);
        this.clock = clock;
        this.metrics = metrics;
        this.heard = new Heard(KeyRing.EMPTY, clock.millis());
    }

    /** What counts now; empty where the issuer has not answered yet, too long not, or with no key of use. */
    KeyRing ring() {
        Heard last = heard;
        return clock.millis() - last.at > config.keepFor().toMillis() ? KeyRing.EMPTY : last.ring;
    }

    /** Seconds since the issuer last answered, or since the start where it has not yet. */
    long ageSeconds() {
        return Math.max(0, clock.millis() - heard.at) / 1000;
    }

    /** Asks, unless that was done a moment ago; several who wish it at once share one answer. Never fails. */
    Future<Refresh> refresh() {
        Promise<Refresh> promise = Promise.promise();
        synchronized (this) {
            if (underWay != null) {
                return underWay;
            }
            long now = clock.millis();
            if (closed || (askedAt != Long.MIN_VALUE && now - askedAt < MIN_GAP_MILLIS)) {
                return Future.succeededFuture(Refresh.TOO_SOON);
            }
            askedAt = now;
            underWay = promise.future();
        }
        request.send()
                .onComplete(
                        set -> promise.complete(ended(succeeded(set))),
                        failure -> promise.complete(ended(failed(failure))));
        return promise.future();
    }

    private Refresh succeeded(JwkSet set) {
        if (failing || !heard.ring.equals(set.ring())) {
            log.info("auth.jwks: {} has keys of {}; skipped: {}", config.host(), set.ring(), set.skipped());
        }
        heard = new Heard(set.ring(), clock.millis());
        return Refresh.DONE;
    }

    private Refresh failed(Throwable failure) {
        if (!failing) {
            log.warn(
                    "auth.jwks: {} does not answer with keys: {}; those of before, {}, count until they are {} s old",
                    config.host(),
                    failure.getMessage(),
                    ring(),
                    config.keepFor().toSeconds());
        }
        return Refresh.FAILED;
    }

    private synchronized Refresh ended(Refresh refresh) {
        metrics.jwksRefreshed(refresh == Refresh.DONE);
        failing = refresh == Refresh.FAILED;
        underWay = null;
        vertx.cancelTimer(timer);
        if (!closed) {
            long wait = failing ? MIN_GAP_MILLIS : config.refresh().toMillis();
            timer = vertx.setTimer(wait, due -> onTime());
        }
        return refresh;
    }

    /** Says, once, that a token does not name one of so many keys that not all of them are tried. */
    void warnOfMany(Algorithm algorithm) {
        synchronized (this) {
            if (warnedOfMany) {
                return;
            }
            warnedOfMany = true;
        }
        log.warn(
                "auth.jwks: {} has more than {} keys of {}: tokens that name none of them are tried with the first {}",
                config.host(),
                KeyRing.MAX_TRIES,
                algorithm,
                KeyRing.MAX_TRIES);
    }

    private void onTime() {
        synchronized (this) {
            askedAt = Long.MIN_VALUE;
        }
        refresh().onFailure(failure -> log.error("auth.jwks", failure));
    }

    synchronized void close() {
        closed = true;
        vertx.cancelTimer(timer);
        request.close().onFailure(failure -> log.warn("auth.jwks", failure));
    }
}
