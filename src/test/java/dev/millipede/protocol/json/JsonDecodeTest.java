package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.protocol.Command;
import dev.millipede.protocol.Command.Connect;
import dev.millipede.protocol.Command.Pong;
import dev.millipede.protocol.Command.Publish;
import dev.millipede.protocol.Command.Subscribe;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDecodeTest {
    private final JsonProtocol protocol = new JsonProtocol();

    static Stream<String> goldenFrames() throws Exception {
        return Golden.names("in");
    }

    @ParameterizedTest
    @MethodSource("goldenFrames")
    void goldenFramesDecodeToTheirCommands(String name) throws Exception {
        String commands = decode(Golden.bytes("in/" + name + ".json")).stream()
                .map(command -> shown(command) + "\n")
                .collect(Collectors.joining());

        assertThat(commands).isEqualTo(new String(Golden.bytes("in/" + name + ".commands"), UTF_8));
    }

    /** With its token, which a command itself does not show. */
    private static String shown(Command command) {
        return Stream.of(command.getClass().getRecordComponents())
                .map(component -> component.getName() + '=' + value(component, command))
                .collect(Collectors.joining(", ", command.getClass().getSimpleName() + '[', "]"));
    }

    private static Object value(RecordComponent component, Command command) {
        try {
            return String.valueOf(component.getAccessor().invoke(command));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // nothing there
                "",
                "\n",
                " ",
                "\r\n",
                "{}\n\n",
                "\n{}",
                "{}\n\n{}",
                // not JSON, or not an object
                "hello",
                "[]",
                "null",
                "\"connect\"",
                "1",
                "{",
                "{}}",
                "{} {}",
                "{},{}",
                "{}x",
                "{'id':1}",
                "{\"id\":1,}",
                "{\"id\" 1}",
                "{\"id\":1,\n\"connect\":{}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":01}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":NaN}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":tru}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":\"\\x\"}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":\"\t\"}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":\"\0\"}}",
                "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":1/**/}}",
                "{\"id\":1,\"connect\":{},\"x\":\"\\ud8\"}",
                "\uFEFF{}",
                // an id that is not an unsigned 32-bit integer
                "{\"id\":-1,\"connect\":{}}",
                "{\"id\":4294967296,\"connect\":{}}",
                "{\"id\":99999999999999999999,\"connect\":{}}",
                "{\"id\":1.0,\"connect\":{}}",
                "{\"id\":1e2,\"connect\":{}}",
                "{\"id\":\"1\",\"connect\":{}}",
                "{\"id\":true,\"connect\":{}}",
                "{\"id\":[1],\"connect\":{}}",
                "{\"id\":\"1\"}",
                // no command, two, or one of the wrong shape
                "{\"id\":1}",
                "{\"id\":1,\"ping\":{}}",
                "{\"id\":1,\"dance\":{}}",
                "{\"id\":1,\"Connect\":{}}",
                "{\"id\":1,\"connect\":null}",
                "{\"id\":1,\"connect\":{},\"subscribe\":{\"channel\":\"a\"}}",
                "{\"id\":1,\"connect\":{},\"connect\":{}}",
                "{\"id\":1,\"connect\":[]}",
                "{\"id\":1,\"connect\":\"\"}",
                "{\"id\":1,\"rpc\":1}",
                "{\"send\":1}",
                // fields of the wrong type
                "{\"id\":1,\"connect\":{\"token\":1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"token\":{}}}",
                "{\"id\":1,\"unsubscribe\":{\"channel\":[\"a\"]}}",
                "{\"id\":1,\"publish\":{\"channel\":{},\"data\":1}}",
                "{\"id\":1,\"refresh\":{\"token\":false}}",
                "{\"subscribe\":{\"channel\":1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"recover\":1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"recover\":\"true\"}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"epoch\":7}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":\"7\"}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":-1}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":1.0}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":1e3}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":18446744073709551616}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"offset\":100000000000000000000000}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"flag\":true}}",
                "{\"id\":1,\"subscribe\":{\"channel\":\"a\",\"flag\":9223372036854775808}}",
                "{\"id\":1,\"connect\":{\"subs\":[]}}",
                "{\"id\":1,\"connect\":{\"subs\":{\"a\":1}}}",
                "{\"id\":1,\"connect\":{\"subs\":{\"a\":{\"recover\":\"yes\"}}}}",
                "{\"id\":1,\"connect\":{\"subs\":{\"a\":{\"offset\":-1}}}}",
                "{\"id\":1,\"history\":{\"channel\":1}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"limit\":\"1\"}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"limit\":2147483648}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"limit\":-2147483649}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"since\":7}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"since\":{\"offset\":\"7\"}}}",
                "{\"id\":1,\"history\":{\"channel\":\"a\",\"reverse\":0}}",
            })
    void malformedMessagesAreRefused(String message) {
        assertThatThrownBy(() -> decode(message.getBytes(UTF_8))).isInstanceOf(MalformedCommandException.class);
    }

    @Test
    void noMoreChannelsToRecoverAreTakenThanAConnectionCanHave() throws Exception {
        assertThat(((Connect) decode(recovering(SinceFields.MAX_SUBS)).get(0)).subs())
                .hasSize(SinceFields.MAX_SUBS);
        assertThatThrownBy(() -> decode(recovering(SinceFields.MAX_SUBS + 1)))
                .isInstanceOf(MalformedCommandException.class);
    }

    private static byte[] recovering(int channels) {
        String subs = IntStream.range(0, channels)
                .mapToObj(i -> "\"user:" + i + "\":{\"recover\":true}")
                .collect(Collectors.joining(",", "{", "}"));
        return ("{\"id\":1,\"connect\":{\"subs\":" + subs + "}}").getBytes(UTF_8);
    }

    @Test
    void otherEncodingsThanUtf8AreRefused() {
        for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16")) {
            assertThatThrownBy(() -> decode("{\"id\":1,\"connect\":{}}".getBytes(charset)))
                    .as(charset)
                    .isInstanceOf(MalformedCommandException.class);
        }
    }

    @Test
    void commandsBeforeAMalformedOneAreHandedOver() {
        List<Command> commands = new ArrayList<>();
        byte[] bytes = "{\"id\":1,\"connect\":{}}\n{}\n{\"id\":2}\n{}".getBytes(UTF_8);

        assertThatThrownBy(() -> protocol.decode(bytes, 0, bytes.length, commands::add))
                .isInstanceOf(MalformedCommandException.class);
        assertThat(commands).containsExactly(new Connect(1, null), new Pong());
    }

    @Test
    void aSinkThatHasEnoughEndsTheMessage() throws Exception {
        List<Command> commands = new ArrayList<>();
        byte[] bytes = "{}\nnot a command".getBytes(UTF_8);

        protocol.decode(bytes, 0, bytes.length, command -> {
            commands.add(command);
            return false;
        });

        assertThat(commands).containsExactly(new Pong());
    }

    @Test
    void onlyTheRangeIsRead() throws Exception {
        String line = "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":[1, 2]}}";
        byte[] bytes = ("garbage" + line + "\n" + line + "\ngarbage").getBytes(UTF_8);
        List<Command> commands = new ArrayList<>();

        protocol.decode(bytes, 7, 2 * line.length() + 2, commands::add);

        assertThat(commands)
                .hasSize(2)
                .allSatisfy(command -> assertThat(((Publish) command).data()).hasToString("[1, 2]"));
    }

    @Test
    void aPayloadIsACopy() throws Exception {
        byte[] bytes = "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":{\"t\":1}}}".getBytes(UTF_8);
        Publish publish = (Publish) decode(bytes).get(0);
        Arrays.fill(bytes, (byte) 0);

        assertThat(publish.data()).hasToString("{\"t\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e400",
                "-1E-99999999999",
                "123456789012345678901234567890123456789012345678901234567890",
                "3.141592653589793238462643383279502884197169399375105820974944592307816406286",
                "{\"z\":1,\"a\":2,\"z\":3}",
                "[ 1,\t2 , {} ]",
                "\"\\u0041\\/\\ud83d\\ude00\\ud800\"",
                "\"é漢😀\u2028\"",
                "\"\"",
                "null",
                "false",
                "{}",
            })
    void payloadBytesPassThroughUntouched(String json) throws Exception {
        for (String around : List.of("%s", " %s ", "\t%s\t")) {
            String line = "{\"id\":1,\"publish\":{\"data\":" + around.formatted(json) + ",\"channel\":\"a\"}}";
            Publish first = (Publish) decode(line.getBytes(UTF_8)).get(0);
            assertThat(first.data()).hasToString(json);

            line = "{\"publish\":{\"channel\":\"a\",\"data\":" + around.formatted(json) + "},\"id\":1}";
            Publish last = (Publish) decode(line.getBytes(UTF_8)).get(0);
            assertThat(last.data()).hasToString(json);
        }
    }

    @Test
    void carriageReturnsInAPayloadBecomeSpaces() throws Exception {
        byte[] bytes = "{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":[1,\r2]}}".getBytes(UTF_8);

        assertThat(((Publish) decode(bytes).get(0)).data()).hasToString("[1, 2]");
    }

    @Test
    void aHugeNumberIsAPayloadAndNoId() throws Exception {
        String digits = "7".repeat(200_000);
        byte[] payload = ("{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":" + digits + "}}").getBytes(UTF_8);
        byte[] id = ("{\"id\":" + digits + ",\"connect\":{}}").getBytes(UTF_8);

        assertThat(((Publish) decode(payload).get(0)).data()).hasToString(digits);
        assertThatThrownBy(() -> decode(id)).isInstanceOf(MalformedCommandException.class);
    }

    @Test
    void nestingIsBounded() throws Exception {
        int payloadDepth = Json.MAX_DEPTH - 2;
        assertThat(decode(publishNested(payloadDepth))).hasSize(1);
        assertThatThrownBy(() -> decode(publishNested(payloadDepth + 1))).isInstanceOf(MalformedCommandException.class);
        assertThatThrownBy(() -> decode("[".repeat(1_000_000).getBytes(UTF_8)))
                .isInstanceOf(MalformedCommandException.class);
        assertThatThrownBy(() -> decode("{\"a\":".repeat(200_000).getBytes(UTF_8)))
                .isInstanceOf(MalformedCommandException.class);
    }

    private static byte[] publishNested(int depth) {
        String data = "[".repeat(depth) + "]".repeat(depth);
        return ("{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":" + data + "}}").getBytes(UTF_8);
    }

    @Test
    void aHundredThousandDistinctNamesDoNotUpsetTheParser() throws Exception {
        for (int message = 0; message < 10; message++) {
            int from = message * 10_000;
            String names = IntStream.range(from, from + 10_000)
                    .mapToObj(i -> "\"name" + i + "\":" + i)
                    .collect(Collectors.joining(",", "{", "}"));
            byte[] bytes = ("{\"id\":1,\"publish\":{\"channel\":\"a\",\"data\":" + names + "}}").getBytes(UTF_8);
            assertThat(((Publish) decode(bytes).get(0)).data()).hasToString(names);
        }
        assertThat(decode("{\"subscribe\":{\"channel\":\"a\"},\"id\":1}".getBytes(UTF_8)))
                .containsExactly(new Subscribe(1, "a", null));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomBytesAreNothingWorseThanMalformed(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && i % 2 == 0) {
                bytes[0] = '{';
            }
            decodeOrMalformed(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void damagedFramesAreNothingWorseThanMalformed(long seed) throws Exception {
        Random random = new Random(seed);
        List<byte[]> frames = new ArrayList<>();
        for (String name : Golden.names("in").toList()) {
            frames.add(Golden.bytes("in/" + name + ".json"));
        }
        String syntax = "{}[]\",:\\\n\r u0919eE+-.tfn\0\u0080\u00ff";
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = frames.get(random.nextInt(frames.size())).clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) syntax.charAt(random.nextInt(syntax.length()));
            }
            decodeOrMalformed(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
        }
    }

    /** Whatever is taken for a payload must be one again, or frames made of it would be broken. */
    private void decodeOrMalformed(byte[] bytes) {
        try {
            for (Command command : decode(bytes)) {
                if (command instanceof Publish publish && publish.data() != null) {
                    String data = publish.data().toString();
                    if (data.indexOf('\uFFFD') < 0) {
                        byte[] copy = publish.data().bytes();
                        assertThat(JsonPayload.parse(copy, 0, copy.length)).hasToString(data);
                    }
                }
            }
        } catch (MalformedCommandException expected) {
            assertThat(expected).hasMessageNotContaining("\n");
        }
    }

    private List<Command> decode(byte[] bytes) throws MalformedCommandException {
        List<Command> commands = new ArrayList<>();
        protocol.decode(bytes, 0, bytes.length, commands::add);
        return commands;
    }
}
