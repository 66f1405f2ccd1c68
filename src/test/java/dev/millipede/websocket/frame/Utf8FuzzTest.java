package dev.millipede.websocket.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;

/** The JDK's decoder and ours agree, also about what has not come whole. */
class Utf8FuzzTest {
    private static final int LONGEST = 20;

    @FuzzTest
    void textIsWhatTheJdkTakesForText(byte[] bytes) {
        boolean valid = FrameReaderFuzzTest.isUtf8(bytes);
        Held.that(Utf8.isValid(bytes, 0, bytes.length) == valid, "the JDK says " + valid);
        int state = Utf8.COMPLETE;
        int end = Math.min(bytes.length, LONGEST);
        for (int i = 0; i < end; i++) {
            state = Utf8.check(state, bytes, i, 1);
            boolean hopeless = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, i + 1), CharBuffer.allocate(LONGEST), false)
                    .isError();
            Held.that(!hopeless || state == Utf8.REJECTED, "found too late");
            Held.that(!valid || state != Utf8.REJECTED, "a beginning of a text rejected");
            Held.that((state == Utf8.COMPLETE) == isWhole(bytes, i + 1), "pieces say otherwise than the whole");
        }
    }

    private static boolean isWhole(byte[] bytes, int length) {
        return FrameReaderFuzzTest.isUtf8(Arrays.copyOf(bytes, length));
    }
}
