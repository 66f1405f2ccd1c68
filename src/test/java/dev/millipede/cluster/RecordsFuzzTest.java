package dev.millipede.cluster;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/** What comes over the cluster's bus: without the secret nothing is a record, with it nothing is more than it says. */
class RecordsFuzzTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final ClusterKeys KEYS = new ClusterKeys("a cluster's secret of 32 bytes or more");
    private static final Buffer GENUINE = new Seal("uid-1", KEYS.seal()).seal(ControlKind.STATUS, status(), NOW);

    private static Buffer status() {
        return StatusBody.write(new NodeStatus("uid-1", "here", "1", 1, 2, 3, 4, 5));
    }

    @FuzzTest
    void strangersMakeNoRecordsAndMembersOnlyWholeOnes(byte[] bytes) {
        Held.within(64L * bytes.length + 131_072, () -> {
            strangers(bytes);
            members(bytes);
            status(bytes);
        });
    }

    /** Bytes of any kind, and the genuine record with some of them changed. */
    private static void strangers(byte[] bytes) {
        Seal theirs = new Seal("uid-2", KEYS.seal());
        Held.that(theirs.open(Buffer.buffer(bytes), NOW) instanceof Rejection || isGenuine(bytes), "made without key");
        Input input = new Input(bytes);
        byte[] changed = GENUINE.getBytes();
        for (int i = input.below(8); i >= 0; i--) {
            changed[(input.number() << 8 | input.number()) % changed.length] ^= (byte) input.number();
        }
        Opened opened = theirs.open(Buffer.buffer(changed), NOW);
        Held.that(opened instanceof ControlRecord == isGenuine(changed), "changed, and taken");
    }

    private static boolean isGenuine(byte[] bytes) {
        return Arrays.equals(bytes, GENUINE.getBytes());
    }

    /** Nodes on loopback have no secret: there the form is all that is looked at. */
    private static void members(byte[] bytes) {
        Seal open = new Seal("uid-2", null);
        if (open.open(Buffer.buffer(bytes), NOW) instanceof ControlRecord record) {
            Held.that(Math.abs(record.sentAt() - NOW) <= Seal.WINDOW_MILLIS, "of another time");
            Held.that(open.open(Buffer.buffer(bytes), NOW) == Rejection.REPLAY, "counted twice");
            Held.that(record.body().length() < bytes.length, "a body longer than the record");
        }
    }

    private static void status(byte[] bytes) {
        NodeStatus status = StatusBody.read("uid-1", Buffer.buffer(bytes));
        if (status != null) {
            Held.that(status.name().lines().count() == 1, "a name of several lines");
            Held.that(status.connections() >= 0 && status.uptime() >= 0, "negative");
            Held.that(status.equals(StatusBody.read("uid-1", StatusBody.write(status))), "not what it was");
        }
    }
}
