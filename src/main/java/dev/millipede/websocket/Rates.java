package dev.millipede.websocket;

import dev.millipede.metrics.LimitKind;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * How much each connection may send in a second: commands beyond are answered with error 111, a flood of them is closed, and
 * who sends too many bytes is not read from for a while. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>Counts in ticks of the {@link Heartbeat}: no clock is read for a command, and there is no timer for a connection. Of a
 * connection nothing is kept where nothing is limited.
 */
final class Rates {
    /** What one command or byte costs: then a tick makes good for just the rate. */
    static final int COST = 1_000 / Heartbeat.TICK_MILLIS;

    /** How much faster than its rate a client may go on sending commands that are refused. */
    private static final int FLOOD = 4;

    /** Bytes that are read at once and cannot be kept out any more. */
    private static final long ONE_READ = 64 << 10;

    private final Instance instance;
    private final List<Connection> throttled = new ArrayList<>();
    private int now;

    Rates(Instance instance) {
        this.instance = instance;
    }

    private Limits limits() {
        return instance.policy().limits();
    }

    /** Takes a command, or answers it with an error; false also when it was one too many and has closed the connection. */
    boolean takes(Connection from, Command command) {
        Limits limits = limits();
        if (!limits.countPerConnection()) {
            return true;
        }
        Spent spent = spent(from, limits);
        if (floods(from, spent, limits)) {
            return false;
        }
        if (command.id() == 0) {
            return true;
        }
        if (limits.commandsPerSecond() > 0) {
            if (spent.commands + COST > most(limits, limits.commandsPerSecond())) {
                return refuse(from, command, LimitKind.COMMANDS);
            }
            spent.commands += COST;
        }
        if (limits.publicationsPerSecond() > 0 && command instanceof Command.Publish) {
            if (spent.publications + COST > most(limits, limits.publicationsPerSecond())) {
                return refuse(from, command, LimitKind.PUBLICATIONS);
            }
            spent.publications += COST;
        }
        return true;
    }

    private boolean refuse(Connection from, Command command, LimitKind kind) {
        instance.metrics.limited(kind);
        instance.fail(from, command.id(), ErrorCode.TOO_MANY_REQUESTS);
        return false;
    }

    /** Takes a frame that is no command and costs as much as one; false when that has closed the connection. */
    boolean takesFrame(Connection from) {
        Limits limits = limits();
        if (limits.commandsPerSecond() == 0 || !from.isOpen()) {
            return true;
        }
        Spent spent = spent(from, limits);
        spent.commands += COST;
        return !floods(from, spent, limits);
    }

    private boolean floods(Connection from, Spent spent, Limits limits) {
        if (limits.commandsPerSecond() == 0) {
            return false;
        }
        spent.arrived += COST;
        if (spent.arrived <= FLOOD * most(limits, limits.commandsPerSecond())) {
            return false;
        }
        instance.metrics.limited(LimitKind.COMMANDS);
        from.close(CloseCode.TOO_MANY_REQUESTS);
        return true;
    }

    /** Bytes have been read and dealt with. */
    void received(Connection from, int bytes) {
        Limits limits = limits();
        if (limits.bytesPerSecond() == 0) {
            return;
        }
        Spent spent = spent(from, limits);
        spent.bytes += (long) bytes * COST;
        if (from.isOpen() && !spent.throttled && spent.bytes > most(limits, limits.bytesPerSecond())) {
            spent.throttled = true;
            throttled.add(from);
            from.transport.pauseReading(true);
            instance.metrics.limited(LimitKind.BYTES);
        }
    }

    /** Moves on; {@code millis} since the instance started. */
    void tick(long millis) {
        now = (int) (millis / Heartbeat.TICK_MILLIS);
        if (!throttled.isEmpty()) {
            throttled.removeIf(this::isReadAgain);
        }
    }

    private boolean isReadAgain(Connection connection) {
        if (!connection.isOpen()) {
            return true;
        }
        Limits limits = limits();
        Spent spent = spent(connection, limits);
        long rate = limits.bytesPerSecond();
        if (rate > 0 && spent.bytes > most(limits, rate) - rate) {
            return false;
        }
        spent.throttled = false;
        if (!connection.isHeldBack()) {
            connection.transport.pauseReading(false);
        }
        return true;
    }

    /** What a connection has spent by now. */
    private Spent spent(Connection of, Limits limits) {
        Extras extras = of.makeExtras();
        Spent spent = extras.spent;
        if (spent == null) {
            spent = new Spent();
            spent.tick = now;
            extras.spent = spent;
        }
        int ticks = now - spent.tick;
        if (ticks > 0) {
            spent.tick = now;
            long commands = limits.commandsPerSecond();
            spent.commands = left(spent.commands, most(limits, commands), ticks * commands);
            spent.arrived = left(spent.arrived, FLOOD * most(limits, commands), FLOOD * commands * ticks);
            long publications = limits.publicationsPerSecond();
            spent.publications = left(spent.publications, most(limits, publications), ticks * publications);
            long bytes = limits.bytesPerSecond();
            spent.bytes = bytes == 0 ? 0 : left(spent.bytes, most(limits, bytes) + ONE_READ * COST, ticks * bytes);
        }
        return spent;
    }

    /** @param most what is beyond was spent when the limit was another one, and is let off */
    private static long left(long spent, long most, long madeGood) {
        return Math.max(0, Math.min(spent, most) - madeGood);
    }

    /** What may be spent at once after a pause, at least one of a kind that is limited; nothing of one that is not. */
    private static long most(Limits limits, long rate) {
        return rate == 0 ? 0 : Math.max(COST, rate * (limits.burst().toMillis() / Heartbeat.TICK_MILLIS));
    }
}
