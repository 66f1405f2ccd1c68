package dev.millipede.websocket.frame;

import static dev.millipede.websocket.frame.Wire.frame;
import static dev.millipede.websocket.frame.Wire.header;
import static dev.millipede.websocket.frame.Wire.join;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the reader holds and allocates, measured by the JVM's count of bytes allocated by this thread. */
final class FrameMemoryTest {
    private static final int MIB = 1 << 20;
    private static final FrameLimits LIMITS = new FrameLimits(16 * MIB, 16 * MIB, 1000);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final FrameReader reader = new FrameReader(LIMITS);
    private final CountingSink sink = new CountingSink();

    @Test
    void anIdleConnectionHoldsNothing() {
        assertThat(read(frame(0x81, "whole"), null)).isNull();
        assertThat(read(frame(0x89, "ping"), null)).isNull();
        assertThat(readBytewise(frame(0x81, "cut"), null)).isNull();
        assertThat(readBytewise(join(frame(0x01, "frag"), frame(0x8A, "pong"), frame(0x80, "ment")), null))
                .isNull();
        assertThat(readBytewise(frame(0x81, ""), null)).isNull();
        assertThat(readBytewise(frame(0x89, "cut ping"), null)).isNull();
        assertThat(sink.items).isEqualTo(7);
    }

    @Test
    void framesThatLieWholeInTheDataAreReadWithoutAllocation() {
        byte[] data = join(frame(0x81, "x".repeat(100)), frame(0x82, new byte[500]), frame(0x89, "ping"));
        byte[] copy = data.clone();
        readManyTimes(data, copy, 2_000);

        long before = threads.getCurrentThreadAllocatedBytes();
        readManyTimes(data, copy, 20_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(sink.items).isEqualTo(66_000);
        assertThat(allocated).isLessThan(20_000);
    }

    @Test
    void anAnnouncedLengthAllocatesNothing() {
        byte[] announced = join(header(0x82, 127, 16 * MIB), new byte[4 + 10]);
        byte[] tooMuch = header(0x82, 127, 1L << 62);
        read(announced, null);
        read(tooMuch, null);

        long before = threads.getCurrentThreadAllocatedBytes();
        PartialFrame partial = read(announced, null);
        assertThat(read(tooMuch, null)).isNull();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(partial).isNotNull().extracting(PartialFrame::retainedBytes).isEqualTo(64);
        assertThat(allocated).isLessThan(4_096);
        assertThat(sink.lastViolation).isEqualTo(FrameViolation.FRAME_TOO_LONG);
    }

    @Test
    void tenThousandEmptyFragmentsHoldNothingAndEndAtTheLimit() {
        PartialFrame partial = read(frame(0x02, ""), null);
        byte[] fragment = frame(0x00, "");
        for (int i = 1; i < 1000; i++) {
            partial = read(fragment, partial);
            assertThat(partial)
                    .isNotNull()
                    .extracting(PartialFrame::retainedBytes)
                    .isEqualTo(0);
        }
        assertThat(sink.lastViolation).isNull();

        assertThat(read(fragment, partial)).isNull();
        assertThat(sink.lastViolation).isEqualTo(FrameViolation.TOO_MANY_FRAGMENTS);
    }

    @Test
    void aTrickledFrameIsCopiedOnceNotOncePerRead() {
        byte[] data = frame(0x82, new byte[65_536]);
        byte[] one = new byte[1];
        PartialFrame partial = null;
        for (byte next : frame(0x82, new byte[100])) {
            one[0] = next;
            partial = reader.read(one, 0, 1, partial, sink);
        }

        long before = threads.getCurrentThreadAllocatedBytes();
        for (byte next : data) {
            one[0] = next;
            partial = reader.read(one, 0, 1, partial, sink);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(partial).isNull();
        assertThat(sink.items).isEqualTo(2);
        assertThat(allocated).isBetween(65_536L, 3 * 65_536L);
    }

    @Test
    void theLastFrameOfAMessageIsNotGivenMoreThanItNeeds() {
        byte[] data = frame(0x82, new byte[70]);
        PartialFrame partial = reader.read(data, 0, 40, null, sink);
        partial = reader.read(data, 40, 35, partial, sink);

        assertThat(partial).isNotNull().extracting(PartialFrame::retainedBytes).isEqualTo(70);
    }

    private void readManyTimes(byte[] data, byte[] copy, int times) {
        for (int i = 0; i < times; i++) {
            System.arraycopy(data, 0, copy, 0, data.length);
            assert reader.read(copy, 0, copy.length, null, sink) == null;
        }
    }

    private @Nullable PartialFrame read(byte[] data, @Nullable PartialFrame carried) {
        byte[] copy = data.clone();
        return reader.read(copy, 0, copy.length, carried, sink);
    }

    private @Nullable PartialFrame readBytewise(byte[] data, @Nullable PartialFrame carried) {
        PartialFrame partial = carried;
        for (int i = 0; i < data.length; i++) {
            partial = reader.read(data.clone(), i, 1, partial, sink);
            if (i < data.length - 1) {
                assertThat(partial).isNotNull();
            }
        }
        return partial;
    }

    private static final class CountingSink implements FrameSink {
        private int items;
        private @Nullable FrameViolation lastViolation;

        @Override
        public void text(byte[] bytes, int offset, int length) {
            items++;
        }

        @Override
        public void binary(byte[] bytes, int offset, int length) {
            items++;
        }

        @Override
        public void ping(byte[] bytes, int offset, int length) {
            items++;
        }

        @Override
        public void pong(byte[] bytes, int offset, int length) {
            items++;
        }

        @Override
        public void close(int code, byte[] bytes, int offset, int length) {
            items++;
        }

        @Override
        public void violation(FrameViolation violation) {
            lastViolation = violation;
        }

        @Override
        public boolean open() {
            return true;
        }
    }
}
