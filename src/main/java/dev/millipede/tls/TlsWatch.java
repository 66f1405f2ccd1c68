package dev.millipede.tls;

import dev.millipede.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a listener serve its certificate's files as they are now: looks at them from time to time, and when told. What cannot
 * be served is said once and counted, and the old certificate goes on. Open connections do not notice either. To be deployed
 * as a worker, as it reads files; its fields belong to that worker, but for {@code served}.
 */
public final class TlsWatch extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(TlsWatch.class);

    private final String section;
    private final Function<ServerSSLOptions, Future<?>> update;
    private final Metrics metrics;
    private final InstantSource clock;
    private TlsFiles files;
    private volatile TlsMaterial served;

    /** What was said last of files that cannot be served, so that it is not said at each look; null where nothing was. */
    private @Nullable String complaint;

    /** Of the next look; looks that take longer than they are apart do not pile up. */
    private long timer = -1;

    @SuppressWarnings("NullAway.Init") // set by init, which Vert.x calls first
    private Context worker;

    /**
     * Watches from its deployment on.
     *
     * @param section of the configuration, for logs
     * @param served what the listener serves already
     * @param update makes the listener serve something else, safe on any thread
     */
    public TlsWatch(
            String section,
            TlsFiles files,
            TlsMaterial served,
            Function<ServerSSLOptions, Future<?>> update,
            Metrics metrics,
            InstantSource clock) {
        this.section = section;
        this.files = files;
        this.served = served;
        this.update = update;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Seconds until the certificate ends, below zero when it has; safe on any thread. */
    public long secondsLeft() {
        return served.expiresAt().getEpochSecond() - clock.instant().getEpochSecond();
    }

    @Override
    public void init(Vertx vertx, Context context) {
        super.init(vertx, context);
        worker = context;
    }

    @Override
    public Future<?> start() {
        warnOfTheEnd(served);
        schedule();
        return Future.succeededFuture();
    }

    private void schedule() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        long millis = files.checkEvery().toMillis();
        timer = millis == 0 ? -1 : vertx.setTimer(millis, fired -> look(files).onComplete(looked -> schedule()));
    }

    /** Looks now, and at these files from now on if they can be served; safe on any thread. Fails where they cannot. */
    public Future<Void> use(TlsFiles now) {
        Promise<Void> done = Promise.promise();
        worker.runOnContext(go -> {
            complaint = null;
            look(now)
                    .onSuccess(looked -> {
                        files = now;
                        schedule();
                    })
                    .onComplete(done);
        });
        return done.future();
    }

    /** Whether these files could be served now, which changes nothing; safe on any thread. Blocks. */
    public void check(TlsFiles at) throws UnusableTlsException {
        find(at, served);
    }

    /** What is served already may have ended: it is no worse than it was. */
    private TlsMaterial find(TlsFiles at, TlsMaterial known) throws UnusableTlsException {
        TlsMaterial found = TlsMaterial.load(at, vertx, known);
        if (found != known && !found.expiresAt().isAfter(clock.instant())) {
            throw new UnusableTlsException(at.certificate() + " has ended on " + found.expiresAt());
        }
        return found;
    }

    private Future<Void> look(TlsFiles at) {
        try {
            TlsMaterial found = find(at, served);
            if (found == served) {
                complaint = null;
                return Future.succeededFuture();
            }
            return update.apply(found.options())
                    .onComplete(done -> renewed(found), this::refused)
                    .mapEmpty();
        } catch (UnusableTlsException e) {
            refused(e);
            return Future.failedFuture(e);
        }
    }

    private void renewed(TlsMaterial found) {
        complaint = null;
        served = found;
        metrics.tlsReloaded(true);
        log.info("{}: new handshakes get {}", section, found.describe());
        warnOfTheEnd(found);
    }

    private void refused(Throwable reason) {
        String said = String.valueOf(reason.getMessage());
        if (!said.equals(complaint)) {
            complaint = said;
            metrics.tlsReloaded(false);
            log.warn("{}: not taken, {} goes on: {}", section, served.describe(), said);
        }
    }

    private void warnOfTheEnd(TlsMaterial material) {
        Instant end = material.expiresAt();
        if (!end.isAfter(clock.instant())) {
            log.warn("{}: the certificate has ended on {}", section, end);
        }
    }
}
