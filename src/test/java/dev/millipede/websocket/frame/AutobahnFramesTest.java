package dev.millipede.websocket.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden frames; the table's own header says how to read it. */
final class AutobahnFramesTest {
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void aCaseGivesItsEventsHoweverItIsCut(String number, String what, byte[] sent, List<String> events) {
        assertThat(Wire.readWhole(sent, Wire.WIDE)).as("%s %s", number, what).isEqualTo(events);
        assertThat(Wire.readInPieces(sent, Wire.WIDE, 1))
                .as("bytes of %s", number)
                .isEqualTo(events);
        assertThat(Wire.readInPieces(sent, Wire.WIDE, 997))
                .as("cuts of %s", number)
                .isEqualTo(events);
    }

    static Stream<Arguments> cases() {
        try (InputStream file = AutobahnFramesTest.class.getResourceAsStream("/frames/autobahn.txt")) {
            String table = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            return table.lines().filter(line -> !line.startsWith("#")).map(AutobahnFramesTest::parse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Arguments parse(String line) {
        String[] columns = line.split(" \\| ", 4);
        List<String> events = new ArrayList<>();
        for (String event : columns[3].split("; ", -1)) {
            events.add(parseEvent(event));
        }
        return arguments(columns[0], columns[1], bytes(columns[2]), events);
    }

    /** The kind of event, for a close its code, for a violation its name; then the bytes. */
    private static String parseEvent(String event) {
        if (event.startsWith("violation ")) {
            return "violation " + FrameViolation.valueOf(event.substring("violation ".length()));
        }
        int kindWords = event.startsWith("close ") ? 2 : 1;
        String[] words = event.split(" ", kindWords + 1);
        String kind = kindWords == 2 ? words[0] + " " + words[1] : words[0];
        return RecordingSink.event(kind, words.length > kindWords ? bytes(words[kindWords]) : new byte[0]);
    }

    private static byte[] bytes(String words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String word : words.split(" ", -1)) {
            int star = word.indexOf('*');
            byte[] once = HexFormat.of().parseHex(star < 0 ? word : word.substring(0, star));
            int times = star < 0 ? 1 : Integer.parseInt(word.substring(star + 1));
            for (int i = 0; i < times; i++) {
                bytes.writeBytes(once);
            }
        }
        return bytes.toByteArray();
    }
}
