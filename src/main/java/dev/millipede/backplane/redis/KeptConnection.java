package dev.millipede.backplane.redis;

import dev.millipede.backplane.redis.Connector.Link;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Response;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that is kept open: made, and after each loss made again, ever more slowly while that fails. Confined to the
 * event loop of the router.
 */
final class KeptConnection {
    private static final Logger log = LoggerFactory.getLogger(KeptConnection.class);

    private final ContextInternal context;
    private final Connector connector;
    private final String purpose;
    private final User user;
    private final Backoff backoff;
    private @Nullable Link link;
    private @Nullable String lastFailure;
    private boolean closed;

    /** Whose connection it is; told of one thing at a time. */
    interface User {
        /** There is a connection. */
        void opened(RedisConnection connection);

        /** Something came that nobody had asked for. */
        void message(@Nullable Response message);

        /** The connection is gone; all that was under way is lost. */
        void lost();
    }

    /** @param purpose a word for the log */
    KeptConnection(ContextInternal context, Connector connector, String purpose, User user, RandomGenerator random) {
        this.context = context;
        this.connector = connector;
        this.purpose = purpose;
        this.user = user;
        this.backoff = new Backoff(random);
    }

    /** Makes the first attempt. */
    void open() {
        connector.connect().onComplete(this::opened, failure -> {
            report(failure);
            retry();
        });
    }

    /** Once for each new reason, so that an outage is a line and not a thousand. */
    private void report(Throwable failure) {
        String reason = reason(failure);
        if (!closed && !reason.equals(lastFailure)) {
            lastFailure = reason;
            log.warn("Redis cannot be reached to {}: {}; trying on", purpose, reason);
        }
    }

    /** With its causes: of TLS only the last says what is wrong. */
    private static String reason(Throwable failure) {
        StringBuilder reason = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (reason.indexOf(message) < 0) {
                reason.append(": ").append(message);
            }
        }
        return reason.toString();
    }

    private void retry() {
        if (!closed) {
            context.setTimer(backoff.next(), timer -> {
                if (!closed) {
                    open();
                }
            });
        }
    }

    private void opened(Link opened) {
        if (closed) {
            opened.close();
            return;
        }
        link = opened;
        lastFailure = null;
        backoff.reset();
        RedisConnection connection = opened.connection();
        connection.handler(message -> {
            // One that is given up may still have something to say, to nobody.
            if (link == opened) {
                user.message(message);
            }
        });
        connection.endHandler(end -> lost(opened, "it was closed"));
        connection.exceptionHandler(failure -> lost(opened, String.valueOf(failure.getMessage())));
        log.info("connected to Redis {} to {}", opened.address(), purpose);
        user.opened(connection);
    }

    private void lost(Link which, String why) {
        if (link == which) {
            link = null;
            which.close();
            if (!closed) {
                log.warn("lost the connection to Redis {} to {}: {}", which.address(), purpose, why);
            }
            user.lost();
            retry();
        }
    }

    /** Gives the connection up and makes another one. */
    void drop(String why) {
        Link current = link;
        if (current != null) {
            lost(current, why);
        }
    }

    boolean isOpen() {
        return link != null;
    }

    /** Where it leads, without user and password; null while there is none. */
    @Nullable
    String address() {
        return link == null ? null : link.address();
    }

    /** Ends it for good. */
    void close() {
        closed = true;
        drop("closing");
    }
}
