package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.RedisProcess;
import dev.millipede.support.RespClient;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Publishes the numbers 1, 2, 3 … in one channel, straight to Redis, and now and then has Redis close the connections that
 * listen. One thread does both, each when the one before is answered: what was published between two kills is certain. An
 * epoch is the time from one kill to the next; they are counted from 0.
 */
final class LoopPublisher {
    private static final int MOST = 200_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final RedisProcess redis;
    private final String channel;
    private final IntSupplier losses;
    private final int[] epochs = new int[MOST];
    private volatile int issued;
    private volatile int epoch;
    private volatile Kills kills = new Kills(0, 0);
    private volatile Heard heard = new Heard(0, System.nanoTime());
    private volatile boolean killing = true;
    private volatile boolean publishing = true;
    private int unheard;

    /** Kills that Redis has carried out, and how many connections these were. */
    private record Kills(int epoch, int connections) {}

    /** All nodes have noticed all losses before this epoch, and when that was known. */
    record Heard(int epoch, long nanos) {}

    /** @param losses how many connections that listened the nodes have noticed the loss of, up to now and all together */
    LoopPublisher(RedisProcess redis, String channel, IntSupplier losses) {
        this.redis = redis;
        this.channel = channel;
        this.losses = losses;
    }

    /** Publishes until told to end. */
    Void publish(long pauseNanos, long killNanos) {
        try (RespClient connection = redis.connect()) {
            long nextKill = System.nanoTime() + killNanos;
            while (publishing) {
                int number = issued + 1;
                epochs[number] = epoch;
                issued = number;
                unheard += connection.publish(channel, Integer.toString(number).getBytes(UTF_8)) == 0 ? 1 : 0;
                if (killing && System.nanoTime() - nextKill >= 0) {
                    nextKill = System.nanoTime() + killNanos;
                    kill(connection);
                }
                LockSupport.parkNanos(pauseNanos);
            }
        }
        return null;
    }

    private void kill(RespClient connection) {
        int next = epoch + 1;
        epoch = next;
        Object killed = Objects.requireNonNull(connection.call("CLIENT", "KILL", "TYPE", "pubsub"));
        kills = new Kills(next, kills.connections + ((Long) killed).intValue());
    }

    /** Watches what the nodes notice, until told to end. */
    Void watch() {
        while (publishing) {
            Kills latest = kills;
            if (heard.epoch < latest.epoch && losses.getAsInt() >= latest.connections) {
                heard = new Heard(latest.epoch, System.nanoTime());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return null;
    }

    void endKilling() {
        killing = false;
    }

    void end() {
        publishing = false;
    }

    /** The last number that may have been published. */
    int issued() {
        return issued;
    }

    /** The epoch in which a number was published; it must have been issued. */
    int epochOf(int number) {
        return epochs[number];
    }

    int epoch() {
        return epoch;
    }

    Heard heard() {
        return heard;
    }

    /** Connections that were killed. */
    int killed() {
        return kills.connections;
    }

    /** Publications that Redis handed to no node; of a publisher that has ended. */
    int unheard() {
        return unheard;
    }

    @Override
    public String toString() {
        return List.of(issued, epoch, kills, heard).toString();
    }
}
