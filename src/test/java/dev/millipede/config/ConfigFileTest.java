package dev.millipede.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1,}                 | line 1, column 9  | not JSON: Unexpected character ('}'
            {"a": hunter2}            | line 1, column    | not JSON: a word without quotes
            {"a": 1                   | line 1, column    | not JSON: Unexpected end-of-input
            {"a": 1} {}               | file              | not JSON: Unexpected trailing token
            []                        | file              | must be one JSON object
            null                      | file              | must be one JSON object
            ``                        | file              | is empty, must be one JSON object
            """)
    void whatIsNotOneObjectIsRefusedWithItsPlace(String text, String place, String message) {
        ConfigException e = refusal(() -> ConfigFile.parse("x.json", text));

        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).path()).startsWith(place);
        assertThat(e.problems().get(0).message()).startsWith(message);
        assertThat(e.getMessage()).doesNotContain("hunter2");
    }

    @Test
    void thePlaceCountsLines() {
        ConfigException e = refusal(() -> ConfigFile.parse("x.json", "{\n  \"a\": 1,\n  oops: 2\n}"));

        assertThat(e.problems().get(0).path()).startsWith("line 3, column ");
    }

    @Test
    void aKeyThatStandsTwiceInOneObjectIsRefused() {
        ConfigException e = refusal(() -> ConfigFile.parse(
                "x.json", "{\"a\": {\"b\": 1},\n \"c\": [\"a\", {\"b\": \"\\\"}\"}],\n \"\\u0061\" : 2, \"c\": 3}"));

        assertThat(e.problems())
                .containsExactly(
                        new ConfigProblem("line 3", "", "the key \"\\u0061\" stands here a second time"),
                        new ConfigProblem("line 3", "", "the key \"c\" stands here a second time"));
    }

    @Test
    void theSameKeyInTwoObjectsIsNoRepetition() {
        String text = "{\"a\": {\"a\": \"a\"}, \"b\": [{\"a\": 1}, {\"a\": \"b\"}, \"a\"]}";

        assertThat(ConfigFile.parse("x.json", text)).isEqualTo(new JsonObject(text));
    }

    @Test
    void anObjectIsRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"a\": {\"b\": [1, \"ü\"]}}\n");

        assertThat(ConfigFile.read(file)).isEqualTo(new JsonObject("{\"a\": {\"b\": [1, \"ü\"]}}"));
    }

    @Test
    void aFileThatCannotBeReadIsAProblemOfTheFile(@TempDir Path folder) throws IOException {
        Path latin = Files.write(folder.resolve("latin.json"), new byte[] {'{', '"', (byte) 0xFC, '"', '}'});

        assertThat(List.of(folder.resolve("absent.json"), latin, folder))
                .extracting(
                        file -> refusal(() -> ConfigFile.read(file)).problems().get(0))
                .satisfiesExactly(
                        absent -> assertThat(absent).isEqualTo(new ConfigProblem("file", "", "does not exist")),
                        text -> assertThat(text).isEqualTo(new ConfigProblem("file", "", "is not text in UTF-8")),
                        directory -> assertThat(directory.message()).startsWith("cannot be read: "));
    }

    private static ConfigException refusal(ThrowingCallable reading) {
        ConfigException e = catchThrowableOfType(ConfigException.class, reading);
        assertThat(e).isNotNull();
        return e;
    }
}
