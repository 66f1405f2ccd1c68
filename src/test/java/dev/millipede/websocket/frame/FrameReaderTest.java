package dev.millipede.websocket.frame;

import static dev.millipede.websocket.frame.RecordingSink.event;
import static dev.millipede.websocket.frame.Wire.closeFrame;
import static dev.millipede.websocket.frame.Wire.frame;
import static dev.millipede.websocket.frame.Wire.header;
import static dev.millipede.websocket.frame.Wire.join;
import static dev.millipede.websocket.frame.Wire.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameReaderTest {
    private static final FrameLimits SMALL = new FrameLimits(200, 300, 4);
    private static final byte[] NOTHING = {};

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void aBrokenRuleIsReportedOnceAndNothingAfterIt(String what, byte[] data, FrameViolation expected) {
        byte[] followed = join(data, frame(0x89, "late"), frame(0x81, "later"));
        List<String> events = List.of("violation " + expected);

        assertThat(Wire.readWhole(followed, SMALL)).as(what).isEqualTo(events);
        assertThat(Wire.readInPieces(followed, SMALL, 1)).as(what).isEqualTo(events);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void aBrokenRuleIsReportedByTheBytesThatBreakIt(String what, byte[] data, FrameViolation expected) {
        assertThat(Wire.readWhole(data, SMALL)).as(what).containsExactly("violation " + expected);
    }

    static Stream<Arguments> violations() {
        byte[] start = frame(0x01, "start");
        return Stream.of(
                arguments("RSV1", header(0xC1, 0, 0), FrameViolation.RESERVED_BITS),
                arguments("RSV2", header(0xA2, 0, 0), FrameViolation.RESERVED_BITS),
                arguments("RSV3 on a ping", header(0x99, 0, 0), FrameViolation.RESERVED_BITS),
                arguments("not masked", new byte[] {(byte) 0x81, 0}, FrameViolation.NOT_MASKED),
                arguments("ping not masked", new byte[] {(byte) 0x89, 0}, FrameViolation.NOT_MASKED),
                arguments("ping without FIN", header(0x09, 0, 0), FrameViolation.CONTROL_FRAGMENTED),
                arguments("close without FIN", header(0x08, 0, 0), FrameViolation.CONTROL_FRAGMENTED),
                arguments("ping of 2-byte length", header(0x89, 126, 126), FrameViolation.CONTROL_TOO_LONG),
                arguments("close of 8-byte length", header(0x88, 127, 70_000), FrameViolation.CONTROL_TOO_LONG),
                arguments("last continuation", header(0x80, 0, 0), FrameViolation.CONTINUATION_WITHOUT_START),
                arguments("continuation", header(0x00, 1, 1), FrameViolation.CONTINUATION_WITHOUT_START),
                arguments("text in text", join(start, header(0x81, 1, 1)), FrameViolation.MESSAGE_INSIDE_MESSAGE),
                arguments("binary in text", join(start, header(0x02, 1, 1)), FrameViolation.MESSAGE_INSIDE_MESSAGE),
                arguments("0 in 2 bytes", header(0x81, 126, 0), FrameViolation.LENGTH_NOT_MINIMAL),
                arguments("125 in 2 bytes", header(0x81, 126, 125), FrameViolation.LENGTH_NOT_MINIMAL),
                arguments("65535 in 8 bytes", header(0x81, 127, 65_535), FrameViolation.LENGTH_NOT_MINIMAL),
                arguments("length's top bit", header(0x81, 127, Long.MIN_VALUE), FrameViolation.LENGTH_OUT_OF_RANGE),
                arguments("length of all ones", header(0x82, 127, -1), FrameViolation.LENGTH_OUT_OF_RANGE),
                arguments("one over maxFrame", header(0x82, 126, 201), FrameViolation.FRAME_TOO_LONG),
                arguments("2^62 bytes", header(0x82, 127, 1L << 62), FrameViolation.FRAME_TOO_LONG),
                arguments("2^32 bytes", header(0x82, 127, 1L << 32), FrameViolation.FRAME_TOO_LONG),
                arguments(
                        "one over maxMessage",
                        join(frame(0x02, new byte[200]), header(0x00, 101, 101)),
                        FrameViolation.MESSAGE_TOO_LONG),
                arguments(
                        "a fifth fragment",
                        join(start, frame(0, ""), frame(0, ""), frame(0, ""), header(0x80, 0, 0)),
                        FrameViolation.TOO_MANY_FRAGMENTS),
                arguments("bad text", frame(0x81, new byte[] {'a', -1}), FrameViolation.TEXT_NOT_UTF8),
                arguments("text cut in a character", frame(0x81, new byte[] {-50}), FrameViolation.TEXT_NOT_UTF8),
                arguments(
                        "message cut in a character",
                        join(frame(0x01, new byte[] {-50}), frame(0x80, "")),
                        FrameViolation.TEXT_NOT_UTF8),
                arguments("close of 1 byte", frame(0x88, "a"), FrameViolation.CLOSE_TOO_SHORT),
                arguments("bad reason", closeFrame(1000, new byte[] {-1}), FrameViolation.REASON_NOT_UTF8),
                arguments("reason cut", closeFrame(1000, new byte[] {-50}), FrameViolation.REASON_NOT_UTF8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF})
    void unknownOpcodesAreRefused(int opcode) {
        assertThat(Wire.readWhole(header(0x80 | opcode, 0, 0), SMALL)).containsExactly("violation UNKNOWN_OPCODE");
    }

    @Test
    void violationsCarryTheCloseCodesOfTheStandard() {
        assertThat(FrameViolation.values()).allSatisfy(violation -> {
            assertThat(violation.code()).isIn(1002, 1007, 1009);
            assertThat(violation.reason()).isNotBlank().isASCII().hasSizeLessThanOrEqualTo(123);
        });
        assertThat(FrameViolation.TEXT_NOT_UTF8.code()).isEqualTo(1007);
        assertThat(FrameViolation.MESSAGE_TOO_LONG.code()).isEqualTo(1009);
        assertThat(FrameViolation.NOT_MASKED.code()).isEqualTo(1002);
    }

    @Test
    void whatIsExactlyAtALimitIsAccepted() {
        byte[] whole = frame(0x82, new byte[200]);
        byte[] message = join(frame(0x02, new byte[200]), frame(0, ""), frame(0, ""), frame(0x80, new byte[100]));

        assertThat(Wire.readWhole(join(whole, message), SMALL))
                .containsExactly(event("binary", new byte[200]), event("binary", new byte[300]));
    }

    @Test
    void limitsCountAnewForEachMessage() {
        byte[] message = join(frame(0x01, "a"), frame(0, "b"), frame(0, "c"), frame(0x80, "d"));

        assertThat(Wire.readInPieces(join(message, message, message), SMALL, 1))
                .containsExactly(event("text", utf8("abcd")), event("text", utf8("abcd")), event("text", utf8("abcd")));
    }

    @Test
    void controlFramesAreNotBoundByDataLimits() {
        assertThat(Wire.readInPieces(frame(0x89, new byte[125]), new FrameLimits(1, 1, 1), 10))
                .containsExactly(event("ping", new byte[125]));
    }

    @Test
    void controlFramesBetweenFragmentsAreReportedAtOnce() {
        RecordingSink sink = new RecordingSink();
        byte[] data = join(frame(0x01, "one "), frame(0x89, "ping"), frame(0, "two "), frame(0x8A, "pong"));

        PartialFrame partial = new FrameReader(SMALL).read(data, 0, data.length, null, sink);

        assertThat(partial).isNotNull();
        assertThat(sink.events()).containsExactly(event("ping", utf8("ping")), event("pong", utf8("pong")));
        byte[] last = frame(0x80, "three");
        assertThat(new FrameReader(SMALL).read(last, 0, last.length, partial, sink))
                .isNull();
        assertThat(sink.events()).last().isEqualTo(event("text", utf8("one two three")));
    }

    @Test
    void badTextFailsBeforeItsFrameIsComplete() {
        byte[] whole = frame(0x81, join(utf8("abc"), new byte[] {(byte) 0xC0}, new byte[90]));
        byte[] untilTheBadByte = Arrays.copyOf(whole, 6 + 4);

        assertThat(Wire.readWhole(untilTheBadByte, SMALL)).containsExactly("violation TEXT_NOT_UTF8");
        assertThat(Wire.readWhole(Arrays.copyOf(whole, 6 + 3), SMALL)).isEmpty();
    }

    @Test
    void aCharacterMayBeCutBetweenFragmentsAndPings() {
        byte[] euro = utf8("€");
        byte[] data = join(
                frame(0x01, new byte[] {euro[0]}),
                frame(0x89, new byte[] {-1}),
                frame(0, new byte[] {euro[1]}),
                frame(0x80, new byte[] {euro[2]}));

        assertThat(Wire.readInPieces(data, SMALL, 1))
                .containsExactly(event("ping", new byte[] {-1}), event("text", euro));
    }

    @Test
    void exactlyTheRegisteredCloseCodesAreAccepted() {
        Set<Integer> registered = Set.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014);

        IntStream.rangeClosed(0, 0xFFFF).forEach(code -> {
            boolean allowed = registered.contains(code) || (code >= 3000 && code <= 4999);
            String expected = allowed ? event("close " + code, utf8("bye")) : "violation CLOSE_CODE_INVALID";
            assertThat(Wire.readWhole(closeFrame(code, utf8("bye")), SMALL)).containsExactly(expected);
        });
    }

    @Test
    void anEmptyCloseIsCode1005() {
        assertThat(Wire.readWhole(frame(0x88, ""), SMALL)).containsExactly("close 1005");
    }

    @Test
    void nothingIsReportedAfterAClose() {
        byte[] data = join(frame(0x01, "never ended"), closeFrame(1001, NOTHING), frame(0x89, ""), new byte[] {-1, -1});

        assertThat(Wire.readWhole(data, SMALL)).containsExactly("close 1001");
        assertThat(Wire.readInPieces(data, SMALL, 3)).containsExactly("close 1001");
    }

    @Test
    void aSinkThatIsNoLongerOpenGetsNothingMore() {
        RecordingSink sink = new RecordingSink(2);
        byte[] data = join(frame(0x81, "a"), frame(0x89, "b"), frame(0x81, "c"), frame(0x81, "d"), header(0x81, 9, 9));

        assertThat(new FrameReader(SMALL).read(data, 0, data.length, null, sink))
                .isNull();
        assertThat(sink.events()).containsExactly(event("text", utf8("a")), event("ping", utf8("b")));
    }

    @Test
    void payloadsOfAllSizesComeOutUnmaskedWhateverTheKey() {
        byte[] bytes = new byte[150];
        for (int length = 0; length < bytes.length; length++) {
            byte[] payload = Arrays.copyOf(bytes, length);
            for (int i = 0; i < length; i++) {
                payload[i] = (byte) (i * 7 + length);
            }
            byte[] data = frame(0x82, payload, 0x0102_0408 * length);
            assertThat(Wire.readWhole(data, SMALL)).containsExactly(event("binary", payload));
            assertThat(Wire.readInPieces(data, SMALL, 5)).containsExactly(event("binary", payload));
        }
    }

    @Test
    void oneReaderServesManyConnectionsInTurn() {
        FrameReader reader = new FrameReader(SMALL);
        RecordingSink[] sinks = {new RecordingSink(), new RecordingSink(), new RecordingSink()};
        PartialFrame[] carried = new PartialFrame[sinks.length];
        byte[] data = join(frame(0x01, "frag"), frame(0x89, "ping"), frame(0x80, "ment"), frame(0x82, "end"));

        for (int at = 0; at < data.length; at++) {
            for (int connection = 0; connection < sinks.length; connection++) {
                byte[] one = {data[at]};
                carried[connection] = reader.read(one, 0, 1, carried[connection], sinks[connection]);
            }
        }
        assertThat(carried).containsOnlyNulls();
        assertThat(sinks)
                .allSatisfy(sink -> assertThat(sink.events())
                        .containsExactly(
                                event("ping", utf8("ping")),
                                event("text", utf8("fragment")),
                                event("binary", utf8("end"))));
    }

    @Test
    void anEmptyReadChangesNothing() {
        FrameReader reader = new FrameReader(SMALL);
        RecordingSink sink = new RecordingSink();
        assertThat(reader.read(NOTHING, 0, 0, null, sink)).isNull();

        byte[] half = HexFormat.of().parseHex("8185");
        PartialFrame partial = reader.read(half, 0, 2, null, sink);
        assertThat(reader.read(NOTHING, 0, 0, partial, sink)).isSameAs(partial);
        assertThat(sink.events()).isEmpty();
    }
}
