package dev.millipede.websocket.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Utf8Test {
    /** Bytes at the edges of every range that strictness tells apart. */
    private static final byte[] CONTINUATIONS = {(byte) 0x80, (byte) 0x8F, (byte) 0x90, (byte) 0x9F, (byte) 0xA0, -65};

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final CharBuffer decoded = CharBuffer.allocate(256);

    @Test
    void allSequencesOfOneToThreeBytesAreJudgedAsTheJdkJudgesThem() {
        for (int length = 1; length <= 3; length++) {
            byte[] bytes = new byte[length];
            for (int number = 0; number < 1 << (8 * length); number++) {
                for (int i = 0; i < length; i++) {
                    bytes[i] = (byte) (number >>> (8 * i));
                }
                assertJudgedAlike(bytes);
            }
        }
    }

    @Test
    void sequencesOfFourBytesAreJudgedAsTheJdkJudgesThem() {
        Random random = new Random(4);
        byte[] bytes = new byte[4];
        for (int lead = 0xEE; lead <= 0xFF; lead++) {
            for (int second = 0; second <= 0xFF; second++) {
                for (int i = 0; i < 40; i++) {
                    bytes[0] = (byte) lead;
                    bytes[1] = (byte) second;
                    bytes[2] = (byte) (i < 30 ? 0x80 | random.nextInt(0x40) : random.nextInt(0x100));
                    bytes[3] = (byte) (i < 30 ? 0x80 | random.nextInt(0x40) : random.nextInt(0x100));
                    assertJudgedAlike(bytes);
                }
            }
        }
    }

    @Test
    void randomTextsWithAndWithoutDamageAreJudgedAlikeHoweverTheyAreCut() {
        long seed = 6455;
        Random random = new Random(seed);
        int valid = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = randomText(random);
            if (bytes.length > 0 && random.nextInt(2) == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertJudgedAlike(bytes);
            int cut = random.nextInt(bytes.length + 1);
            int state = Utf8.check(Utf8.COMPLETE, bytes, 0, cut);
            boolean pieces = Utf8.check(state, bytes, cut, bytes.length - cut) == Utf8.COMPLETE;
            assertThat(pieces).as("string %d of seed %d", i, seed).isEqualTo(isValidForJdk(bytes));
            valid += pieces ? 1 : 0;
        }
        assertThat(valid).isBetween(20_000, 90_000);
    }

    @Test
    void aPieceIsRejectedExactlyWhenNothingCanCompleteIt() {
        for (int number = 0; number < 0x1_0000; number++) {
            assertRejectedIffHopeless(new byte[] {(byte) (number >>> 8), (byte) number});
        }
        for (int number = 0; number < 0x100; number++) {
            assertRejectedIffHopeless(new byte[] {(byte) number});
        }
    }

    @Test
    void aBadByteIsFoundAtEveryPlaceAmongAscii() {
        for (int length = 1; length <= 40; length++) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) 'a');
            assertThat(Utf8.isValid(bytes, 0, length)).isTrue();
            for (int bad = 0; bad < length; bad++) {
                bytes[bad] = (byte) 0x80;
                assertThat(Utf8.isValid(bytes, 0, length)).isFalse();
                assertThat(Utf8.isValid(bytes, 0, bad)).isTrue();
                assertThat(Utf8.isValid(bytes, bad + 1, length - bad - 1)).isTrue();
                bytes[bad] = 'a';
            }
        }
    }

    @Test
    void whatIsRejectedStaysRejected() {
        assertThat(Utf8.check(Utf8.REJECTED, new byte[] {'a'}, 0, 1)).isEqualTo(Utf8.REJECTED);
        assertThat(Utf8.check(Utf8.REJECTED, new byte[0], 0, 0)).isEqualTo(Utf8.REJECTED);
    }

    private void assertRejectedIffHopeless(byte[] start) {
        boolean rejected = Utf8.check(Utf8.COMPLETE, start, 0, start.length) == Utf8.REJECTED;
        if (rejected == canBeCompleted(start, 0)) {
            throw new AssertionError(HexFormat.of().formatHex(start) + " rejected: " + rejected);
        }
    }

    private boolean canBeCompleted(byte[] start, int added) {
        if (isValidForJdk(start)) {
            return true;
        }
        byte[] longer = Arrays.copyOf(start, start.length + 1);
        for (byte next : CONTINUATIONS) {
            longer[start.length] = next;
            if (added < 3 && canBeCompleted(longer, added + 1)) {
                return true;
            }
        }
        return false;
    }

    private void assertJudgedAlike(byte[] bytes) {
        boolean valid = Utf8.isValid(bytes, 0, bytes.length);
        if (valid != isValidForJdk(bytes)) {
            throw new AssertionError(HexFormat.of().formatHex(bytes) + " valid: " + valid);
        }
    }

    private boolean isValidForJdk(byte[] bytes) {
        decoder.reset();
        return !decoder.decode(ByteBuffer.wrap(bytes), decoded.clear(), true).isError();
    }

    private static byte[] randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            int codePoint = random.nextInt(1 << (7 + random.nextInt(14)));
            if (Character.isValidCodePoint(codePoint) && (codePoint < 0xD800 || codePoint > 0xDFFF)) {
                text.appendCodePoint(codePoint);
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
