package dev.millipede.websocket.frame;

import static dev.millipede.websocket.frame.Wire.join;
import static dev.millipede.websocket.frame.Wire.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameWriterTest {
    @ParameterizedTest
    @CsvSource({
        "0, 8100",
        "1, 8101",
        "125, 817d",
        "126, 817e007e",
        "65535, 817effff",
        "65536, 817f0000000000010000",
        "16777216, 817f0000000001000000",
    })
    void lengthsTakeTheirShortestForm(int length, String header) {
        byte[] expected = HexFormat.of().parseHex(header);
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) 'x');

        assertThat(FrameWriter.headerLength(length))
                .isEqualTo(expected.length)
                .isLessThanOrEqualTo(FrameWriter.MAX_HEADER);
        assertThat(FrameWriter.text(payload)).isEqualTo(join(expected, payload));
        expected[0] = (byte) 0x82;
        assertThat(FrameWriter.binary(payload)).isEqualTo(join(expected, payload));
    }

    @Test
    void headersAreWrittenWhereAskedAndNowhereElse() {
        byte[] target = new byte[8];

        assertThat(FrameWriter.writeTextHeader(target, 1, 300)).isEqualTo(5);
        assertThat(target).containsExactly(0, 0x81, 126, 1, 44, 0, 0, 0);
        assertThat(FrameWriter.writeBinaryHeader(target, 5, 7)).isEqualTo(7);
        assertThat(target).containsExactly(0, 0x81, 126, 1, 44, 0x82, 7, 0);
    }

    @Test
    void aFrameCanBeMadeOfAPartOfAnArray() {
        byte[] bytes = utf8("-part-");

        assertThat(FrameWriter.text(bytes, 1, 4)).isEqualTo(join(new byte[] {(byte) 0x81, 4}, utf8("part")));
        assertThat(FrameWriter.binary(bytes, 1, 4)).isEqualTo(join(new byte[] {(byte) 0x82, 4}, utf8("part")));
        assertThat(FrameWriter.ping(bytes, 1, 4)).isEqualTo(join(new byte[] {(byte) 0x89, 4}, utf8("part")));
        assertThat(FrameWriter.pong(bytes, 1, 4)).isEqualTo(join(new byte[] {(byte) 0x8A, 4}, utf8("part")));
    }

    @Test
    void controlFramesOfMoreThan125BytesAreRefused() {
        byte[] bytes = new byte[126];

        assertThat(FrameWriter.pong(bytes, 0, 125)).hasSize(127);
        assertThatIllegalArgumentException().isThrownBy(() -> FrameWriter.pong(bytes, 0, 126));
        assertThatIllegalArgumentException().isThrownBy(() -> FrameWriter.ping(bytes, 0, 126));
    }

    @Test
    void aCloseCarriesCodeAndReason() {
        assertThat(FrameWriter.close(3008, "slow"))
                .isEqualTo(join(new byte[] {(byte) 0x88, 6, 0x0B, (byte) 0xC0}, utf8("slow")));
    }

    @Test
    void aCloseWithCode1005IsEmpty() {
        assertThat(FrameWriter.close(1005, "never sent")).containsExactly(0x88, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65_536})
    void codesThatMayNotStandOnTheWireAreRefused(int code) {
        assertThatIllegalArgumentException().isThrownBy(() -> FrameWriter.close(code, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ß", "€", "😀"})
    void aLongReasonIsCutBetweenCharacters(String character) {
        int width = utf8(character).length;
        for (int shift = 0; shift < 4; shift++) {
            byte[] frame = FrameWriter.close(1000, "-".repeat(shift) + character.repeat(130));
            int fitting = (123 - shift) / width;

            byte[] reason = Arrays.copyOfRange(frame, 4, frame.length);
            assertThat(reason).isEqualTo(utf8("-".repeat(shift) + character.repeat(fitting)));
            assertThat(frame[1]).isEqualTo((byte) (frame.length - 2));
        }
    }

    @Test
    void aReasonOf123BytesIsNotCut() {
        assertThat(FrameWriter.close(1000, "x".repeat(123))).hasSize(127);
    }
}
