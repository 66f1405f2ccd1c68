package dev.millipede.websocket.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A client's side of the wire for tests: makes masked frames and feeds them to a reader in one piece or in many. */
final class Wire {
    static final FrameLimits WIDE = new FrameLimits(16 << 20, 16 << 20, 100_000);

    private static final int GUARD = 9;

    private Wire() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** Header of a masked frame without its key; {@code shortLength} 126 and 127 choose the longer encodings. */
    static byte[] header(int firstByte, int shortLength, long length) {
        ByteBuffer header = ByteBuffer.allocate(10).put((byte) firstByte).put((byte) (0x80 | shortLength));
        if (shortLength == 126) {
            header.putShort((short) length);
        } else if (shortLength == 127) {
            header.putLong(length);
        }
        return Arrays.copyOf(header.array(), header.position());
    }

    /** A masked frame in its shortest encoding; {@code firstByte} holds FIN, RSV and opcode. */
    static byte[] frame(int firstByte, byte[] payload, int key) {
        int length = payload.length;
        byte[] header = header(firstByte, length <= 125 ? length : length <= 0xFFFF ? 126 : 127, length);
        byte[] keyBytes = ByteBuffer.allocate(4).putInt(key).array();
        byte[] masked = payload.clone();
        for (int i = 0; i < length; i++) {
            masked[i] ^= keyBytes[i % 4];
        }
        return join(header, keyBytes, masked);
    }

    static byte[] frame(int firstByte, byte[] payload) {
        return frame(firstByte, payload, 0x81C3_5A7E);
    }

    static byte[] frame(int firstByte, String payload) {
        return frame(firstByte, utf8(payload));
    }

    static byte[] closeFrame(int code, byte[] reason) {
        return frame(0x88, join(new byte[] {(byte) (code >>> 8), (byte) code}, reason));
    }

    /** Reads all at once and returns the events. */
    static List<String> readWhole(byte[] data, FrameLimits limits) {
        return read(data, limits, () -> data.length);
    }

    static List<String> readInPieces(byte[] data, FrameLimits limits, int size) {
        return read(data, limits, () -> size);
    }

    static List<String> readInRandomPieces(byte[] data, FrameLimits limits, Random random) {
        int longest = 1 << random.nextInt(9);
        return read(data, limits, () -> 1 + random.nextInt(longest));
    }

    /**
     * Feeds pieces from the middle of one array used again and again, as an event loop does, and checks that the reader
     * writes nowhere else and keeps nothing once it has stopped.
     */
    private static List<String> read(byte[] data, FrameLimits limits, IntSupplier sizes) {
        FrameReader reader = new FrameReader(limits);
        RecordingSink sink = new RecordingSink();
        PartialFrame partial = null;
        byte[] shared = new byte[data.length + 2 * GUARD];
        for (int at = 0; at < data.length && !hasEnded(sink); ) {
            int size = Math.min(sizes.getAsInt(), data.length - at);
            Arrays.fill(shared, 0, Math.min(shared.length, size + 2 * GUARD), (byte) 0x55);
            System.arraycopy(data, at, shared, GUARD, size);
            partial = reader.read(shared, GUARD, size, partial, sink);
            assertGuard(shared, 0);
            assertGuard(shared, GUARD + size);
            assertBounded(partial, limits);
            at += size;
        }
        if (hasEnded(sink)) {
            assertThat(partial).isNull();
        }
        return sink.events();
    }

    private static void assertGuard(byte[] shared, int from) {
        for (int i = from; i < from + GUARD; i++) {
            if (shared[i] != 0x55) {
                throw new AssertionError("byte " + i + " outside the data was changed");
            }
        }
    }

    private static void assertBounded(@Nullable PartialFrame partial, FrameLimits limits) {
        if (partial != null && partial.retainedBytes() > limits.maxMessage() + 125 + 14) {
            throw new AssertionError(partial.retainedBytes() + " bytes retained");
        }
    }

    private static boolean hasEnded(RecordingSink sink) {
        List<String> events = sink.events();
        String last = events.isEmpty() ? "" : events.get(events.size() - 1);
        return last.startsWith("close ") || last.startsWith("violation ");
    }
}
