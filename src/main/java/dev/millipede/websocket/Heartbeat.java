package dev.millipede.websocket;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Protocol;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.websocket.Connection.State;
import dev.millipede.websocket.frame.FrameWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import java.util.random.RandomGenerator;

/**
 * Everything about a connection that depends on time: the deadline for connect, pings and pongs, the token's expiry, the
 * wait for the peer's close frame. Confined to the event loop of its WebSocketVerticle.
 */
final class Heartbeat {
    /** Milliseconds between ticks. */
    static final int TICK_MILLIS = 100;

    /** An expiry that never comes. */
    static final int NEVER = Integer.MAX_VALUE;

    /** More than any grace. */
    private static final int LONGEST_GRACE_TICKS = 3_600_000 / TICK_MILLIS;

    /** Longer than any answer to connect takes. */
    private static final int ANSWER_TICKS = 10_000 / TICK_MILLIS;

    private final TimingWheel wheel = new TimingWheel();
    private final Outbox outbox;
    private final byte[] ping;
    private final RandomGenerator random;
    private final int pingTicks;
    private final int pongTicks;
    private final int connectTicks;
    private final int closeTicks;
    private final ObjIntConsumer<Connection> expire;

    /** How long a token may be expired: time for the refresh (client protocol §10). */
    private int graceTicks;

    /** @param expire ends the subscriptions of a connection whose tokens had expired at a tick */
    Heartbeat(
            Outbox outbox,
            Protocol protocol,
            WebSocketConfig config,
            RandomGenerator random,
            ObjIntConsumer<Connection> expire) {
        this.outbox = outbox;
        this.ping = FrameWriter.text(protocol.encode(new ServerMessage.Ping()));
        this.random = random;
        this.pingTicks = ticks(config.pingInterval());
        this.pongTicks = ticks(config.pongTimeout());
        this.connectTicks = ticks(config.connectTimeout());
        this.closeTicks = ticks(config.closeTimeout());
        this.expire = expire;
    }

    /** Sets how long tokens may be expired; what is scheduled already keeps its time. */
    void grace(Duration grace) {
        graceTicks = ticks(grace);
    }

    private static int ticks(Duration duration) {
        return (int) Math.max(1, duration.toMillis() / TICK_MILLIS);
    }

    /** Starts the deadline for the connect command. */
    void opened(Connection connection) {
        wheel.schedule(connection, wheel.now() + connectTicks);
    }

    /** The connect command has come and will be answered in a few seconds whatever happens: its deadline is met. */
    void connecting(Connection connection) {
        wheel.schedule(connection, wheel.now() + Math.max(connectTicks, ANSWER_TICKS));
    }

    /** Starts the pings, the first one after half an interval to a whole one, so that they spread. */
    void connected(Connection connection) {
        connection.heartbeatTick = wheel.now() + pingTicks / 2 + random.nextInt(pingTicks / 2 + 1);
        reschedule(connection);
    }

    /** @param seconds until the token expires; 0 when it does not */
    void expiresIn(Connection connection, long seconds) {
        connection.expiryTick = tickIn(seconds);
        changed(connection);
    }

    /** The tick in so many seconds; {@link #NEVER} for 0, and when that is too far away. */
    int tickIn(long seconds) {
        long tick = wheel.now() + TimeUnit.SECONDS.toMillis(seconds) / TICK_MILLIS;
        return seconds == 0 || tick >= NEVER - LONGEST_GRACE_TICKS ? NEVER : (int) tick;
    }

    /** Something of the connection expires at another time than before. */
    void changed(Connection connection) {
        if (connection.state == State.CONNECTED) {
            reschedule(connection);
        }
    }

    /** Seconds until the token expires, at least 1; 0 when it does not. */
    int secondsToExpiry(Connection connection) {
        int left = connection.expiryTick - wheel.now();
        return connection.expiryTick == NEVER ? 0 : Math.max(1, left / (1000 / TICK_MILLIS));
    }

    /** Starts the wait for the peer's close frame. */
    void awaitClose(Connection connection) {
        wheel.schedule(connection, wheel.now() + closeTicks);
    }

    void gone(Connection connection) {
        wheel.remove(connection);
    }

    /** Moves on; {@code millis} since the instance started. */
    void tick(long millis) {
        wheel.advance((int) (millis / TICK_MILLIS), this::due);
    }

    /** Every connection of the instance, closing ones included. */
    List<Connection> all() {
        return wheel.all();
    }

    private void reschedule(Connection connection) {
        Extras extras = connection.extras;
        int expiry = extras == null ? connection.expiryTick : Math.min(connection.expiryTick, extras.nextExpiry());
        wheel.schedule(
                connection,
                expiry == NEVER ? connection.heartbeatTick : Math.min(connection.heartbeatTick, expiry + graceTicks));
    }

    private void due(Connection connection) {
        switch (connection.state) {
            case CONNECTING -> late(connection);
            case OPENING, REFUSED -> connection.close(CloseCode.STALE);
            case CONNECTED -> beat(connection);
            case CLOSING -> connection.transport.close();
            case CLOSED -> {}
        }
    }

    /** It is our answer that is overdue: the client is to come again, which after a close as stale it would not. */
    private void late(Connection connection) {
        if (connection.isHeldBack()) {
            opened(connection);
            connection.instance.opening.failed(connection);
        } else {
            connection.close(CloseCode.STALE);
        }
    }

    private void beat(Connection connection) {
        int now = wheel.now();
        if (connection.expiryTick != NEVER && now >= connection.expiryTick + graceTicks) {
            connection.close(CloseCode.EXPIRED);
            return;
        }
        expire.accept(connection, now - graceTicks);
        if (now >= connection.heartbeatTick) {
            if (connection.pinged && connection.awaitsPong) {
                if (!connection.isThrottled()) {
                    connection.close(CloseCode.NO_PONG);
                    return;
                }
                // The pong may be among what we have not read.
                connection.heartbeatTick = now + pongTicks;
                reschedule(connection);
                return;
            }
            connection.heartbeatTick = now + (connection.pinged ? pingTicks - pongTicks : pongTicks);
            connection.pinged = !connection.pinged;
            if (connection.pinged) {
                connection.awaitsPong = true;
                outbox.send(connection, ping);
            }
        }
        if (connection.isOpen()) {
            reschedule(connection);
        }
    }
}
