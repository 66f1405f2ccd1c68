package dev.millipede.websocket.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The masking of RFC 6455 section 5.3. A key is held as an int whose lowest byte masks the payload's first byte, so
 * that it equals the key's four wire bytes read little-endian.
 */
final class Mask {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Mask() {}

    static int key(byte[] bytes, int offset) {
        return (int) INTS.get(bytes, offset);
    }

    /** Masks or unmasks {@code length} bytes; source and target may be the same range of the same array. */
    static void apply(int key, byte[] source, int from, byte[] target, int to, int length) {
        long wideKey = (key & 0xFFFF_FFFFL) * 0x1_0000_0001L;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            LONGS.set(target, to + i, (long) LONGS.get(source, from + i) ^ wideKey);
        }
        for (; i < length; i++) {
            target[to + i] = (byte) (source[from + i] ^ (key >>> ((i & 3) << 3)));
        }
    }

    /** The key for what follows after {@code count} bytes of the payload have been unmasked. */
    static int after(int key, int count) {
        return Integer.rotateRight(key, (count & 3) << 3);
    }
}
