package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millipede.backplane.Skipped;
import dev.millipede.backplane.redis.Envelope.Opened;
import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final Channel ROOM = Objects.requireNonNull(Channel.of("room:1", Namespaces.DEFAULTS));
    private static final Position POSITION = new Position("aXbYcZdW", 4294967297L);
    private static final Publication MINIMAL = new Publication(ROOM, payload("1"), null);
    private static final Publication FULL = new Publication(
            ROOM,
            payload("{\"text\":\"hi \\n漢\",\"n\":12345678901234567890.000}"),
            new ClientInfo("ann", "cfbd85bb-1f0e-4d62-9d3b-6f0f6a3f8f52", payload("{\"name\":\"Änn 😀\"}")),
            POSITION,
            inOrder("lang", "de", "naïve", ""));

    private static final Publication MARKED = new Publication(
            ROOM,
            payload("[1]"),
            new ClientInfo("", "id-1", null),
            new Position("aXbYcZdW", 4294967297L, 0xFEDC_BA98),
            Map.of());

    /** What version 1 wrote when it was made; never written again. */
    @Test
    void theFirstEnvelopesOfThisVersionAreStillRead() {
        assertThat(open(fixture("v1-minimal"))).hasToString(MINIMAL.toString());
        assertThat(open(fixture("v1-full"))).hasToString(FULL.toString());
        assertThat(open(fixture("v1-mark"))).hasToString(MARKED.toString());
    }

    @Test
    void whatIsWrittenTodayIsThisVersionByteForByte() {
        assertThat(Envelope.encode(MINIMAL)).isEqualTo(fixture("v1-minimal"));
        assertThat(Envelope.encode(FULL)).isEqualTo(fixture("v1-full"));
        assertThat(Envelope.encode(MARKED)).isEqualTo(fixture("v1-mark"));
    }

    @Test
    void onlyTheMarkMakesAMessageAnEnvelope() {
        assertThat(Envelope.isOne(Envelope.encode(MINIMAL))).isTrue();
        assertThat(Envelope.isOne(new byte[0])).isFalse();
        assertThat(Envelope.isOne("{}".getBytes(UTF_8))).isFalse();
    }

    @Test
    void anotherVersionIsUnknownWhateverFollows() {
        assertThat(refusal(bytes("\u00FF\u0002"))).isEqualTo(Skipped.UNKNOWN_VERSION);
        assertThat(refusal(bytes("\u00FF\u0000\u0000\u0000\u0000\u00001"))).isEqualTo(Skipped.UNKNOWN_VERSION);
        byte[] newer = fixture("v1-full");
        newer[1] = 2;
        assertThat(refusal(newer)).isEqualTo(Skipped.UNKNOWN_VERSION);
    }

    @Test
    void whatBreaksOffIsMalformed() {
        byte[] full = fixture("v1-full");
        int payload = full.length - FULL.data().length();
        for (int length = 1; length <= payload; length++) {
            assertThat(refusal(Arrays.copyOf(full, length)))
                    .as("cut to %d bytes", length)
                    .isEqualTo(Skipped.MALFORMED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFA})
    void aLengthPastTheEndIsMalformedWhereverItStands(int length) {
        assertThat(refusal(bytes("\u00FF\u0001", length, ""))).isEqualTo(Skipped.MALFORMED);
        assertThat(refusal(header(field(9, length, "")))).isEqualTo(Skipped.MALFORMED);
        assertThat(refusal(header(field(Envelope.CLIENT, length, "")))).isEqualTo(Skipped.MALFORMED);
    }

    /** The header has to end inside the message and a field inside the header, however much there is behind it. */
    @Test
    void aFieldThatReachesIntoThePayloadIsMalformed() {
        assertThat(refusal(header(field(9, 3, "ab")))).isEqualTo(Skipped.MALFORMED);
        assertThat(refusal(header(field(9, 2, "ab") + "\u0009\u0000\u0000"))).isEqualTo(Skipped.MALFORMED);
    }

    @Test
    void fieldsOfANewerNodeAreSkipped() {
        assertThat(open(header(field(9, "new") + field(255, "") + field(0, "\u00FF"))))
                .hasToString(MINIMAL.toString());
    }

    @Test
    void anInfoIsThereWhenItsClientIs() {
        assertThat(open(header(field(Envelope.CLIENT, "c"))).info()).isEqualTo(new ClientInfo("", "c", null));
        assertThat(refusal(header(field(Envelope.USER, "ann")))).isEqualTo(Skipped.MALFORMED);
        assertThat(refusal(header(field(Envelope.CONN_INFO, "{}")))).isEqualTo(Skipped.MALFORMED);
        assertThat(refusal(header(field(Envelope.CHAN_INFO, "{}")))).isEqualTo(Skipped.MALFORMED);
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void contradictionsAreMalformed(String fields) {
        assertThat(refusal(header(fields))).isEqualTo(Skipped.MALFORMED);
    }

    static String[] contradictions() {
        String offset = field(Envelope.OFFSET, "\0\0\0\0\0\0\0\u0001");
        String epoch = field(Envelope.EPOCH, "e");
        String client = field(Envelope.CLIENT, "c");
        String tag = field(Envelope.TAG, "\0\u0001ka");
        String mark = field(Envelope.MARK, "\0\0\0\u0001");
        return new String[] {
            offset,
            epoch,
            mark,
            offset + epoch + mark + mark,
            offset + epoch + field(Envelope.MARK, "\0\0\u0001"),
            offset + epoch + field(Envelope.MARK, "\0\0\0\0\u0001"),
            field(Envelope.OFFSET, "\0\0\0\0\0\0\0\0") + epoch,
            field(Envelope.OFFSET, "\u0080\0\0\0\0\0\0\0") + epoch,
            field(Envelope.OFFSET, "\0\0\0\u0001") + epoch,
            offset + field(Envelope.EPOCH, ""),
            offset + field(Envelope.EPOCH, "e".repeat(65)),
            offset + field(Envelope.EPOCH, "a b"),
            offset + field(Envelope.EPOCH, "\u00C3\u00A9"),
            offset + offset + epoch,
            offset + epoch + epoch,
            client + client,
            client + field(Envelope.USER, "a") + field(Envelope.USER, "a"),
            client + field(Envelope.CONN_INFO, "1") + field(Envelope.CONN_INFO, "1"),
            client + field(Envelope.CONN_INFO, ""),
            client + field(Envelope.CONN_INFO, "[1,\n2]"),
            client + field(Envelope.CONN_INFO, "1\r"),
            client + field(Envelope.CHAN_INFO, "1") + field(Envelope.CHAN_INFO, "1"),
            client + field(Envelope.CHAN_INFO, "1\n"),
            field(Envelope.CLIENT, "\u00FF"),
            client + field(Envelope.USER, "\u00C0\u00AF"),
            tag + tag,
            field(Envelope.TAG, ""),
            field(Envelope.TAG, "\0"),
            field(Envelope.TAG, "\0\u0002k"),
            field(Envelope.TAG, "\u00FF\u00FFk"),
            field(Envelope.TAG, "\0\u0001\u00E9"),
            field(Envelope.TAG, "\0\u0001k\u00ED\u00A0\u0080"),
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1,\n2]", "1\n", "\r1"})
    void aPayloadThatIsNoneOrWouldEndTheLineIsMalformed(String payload) {
        assertThat(refusal(bytes("\u00FF\u0001", 0, payload))).isEqualTo(Skipped.MALFORMED);
    }

    @Test
    void aTagWithAKeyTooLongForItsLengthCannotBeWritten() {
        String longest = "k".repeat(0xFFFF);

        assertThat(roundTrip(tagged(longest)).tags()).containsOnlyKeys(longest);
        assertThatThrownBy(() -> Envelope.encode(tagged(longest + 'k'))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whateverIsWrittenIsReadBackTheSame(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            Publication publication = publication(random);

            assertThat(roundTrip(publication))
                    .as("seed %d, publication %d", seed, i)
                    .hasToString(publication.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutatedEnvelopesNeverThrowAndWhatIsTakenIsSound(long seed) {
        Random random = new Random(seed);
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = mutated(Envelope.encode(publication(random)), random);
            Opened opened = Envelope.decode(ROOM, mutated);
            if (opened instanceof Opened.Whole whole) {
                taken++;
                assertThat(whole.publication().data().bytes())
                        .as("seed %d, message %d", seed, i)
                        .isNotEmpty()
                        .doesNotContain('\n', '\r');
                assertThat(roundTrip(whole.publication()))
                        .as("seed %d, message %d", seed, i)
                        .hasToString(whole.publication().toString());
            } else {
                refused++;
            }
        }
        assertThat(taken).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(1_000);
    }

    private static byte[] mutated(byte[] envelope, Random random) {
        byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(envelope, random.nextInt(envelope.length)) : envelope;
        for (int changes = random.nextInt(4); changes > 0 && bytes.length > 2; changes--) {
            int at = 2 + random.nextInt(Math.min(bytes.length - 2, 64));
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] + random.nextInt(3) - 1);
        }
        return bytes;
    }

    private static Publication publication(Random random) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            tags.put(text(random), text(random));
        }
        Payload connInfo = random.nextBoolean() ? payload("{\"n\":" + random.nextInt() + '}') : null;
        Payload chanInfo = random.nextBoolean() ? payload("[" + random.nextInt() + ']') : null;
        ClientInfo info = random.nextBoolean() ? new ClientInfo(text(random), text(random), connInfo, chanInfo) : null;
        Position position = random.nextBoolean()
                ? new Position("e" + random.nextInt(100), 1 + random.nextInt(99), random.nextInt(3) - 1)
                : null;
        return new Publication(ROOM, payload('"' + text(random) + '"'), info, position, tags);
    }

    private static String text(Random random) {
        int[] alphabet = {'a', '0', ' ', 0, 0x7F, 'é', '漢', 0xFFFF, 0x1F600, 0x10FFFF};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
        }
        return text.toString();
    }

    private static Publication tagged(String key) {
        return new Publication(ROOM, payload("1"), null, null, Map.of(key, ""));
    }

    private static Map<String, String> inOrder(String key, String value, String otherKey, String otherValue) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(key, value);
        tags.put(otherKey, otherValue);
        return tags;
    }

    private static Publication roundTrip(Publication publication) {
        return open(Envelope.encode(publication));
    }

    private static Publication open(byte[] message) {
        if (Envelope.decode(ROOM, message) instanceof Opened.Whole whole) {
            return whole.publication();
        }
        throw new AssertionError("refused");
    }

    private static @Nullable Skipped refusal(byte[] message) {
        return Envelope.decode(ROOM, message) instanceof Opened.Refused refused ? refused.why() : null;
    }

    /** An envelope of these fields around the payload {@code 1}; chars are bytes. */
    private static byte[] header(String fields) {
        return bytes("\u00FF\u0001", fields.length(), fields + '1');
    }

    private static String field(int id, String content) {
        return field(id, content.length(), content);
    }

    private static String field(int id, int length, String content) {
        return new String(bytes(String.valueOf((char) id), length, content), ISO_8859_1);
    }

    private static byte[] bytes(String before, int number, String after) {
        return ByteBuffer.allocate(before.length() + Integer.BYTES + after.length())
                .put(bytes(before))
                .putInt(number)
                .put(bytes(after))
                .array();
    }

    private static byte[] bytes(String latin) {
        return latin.getBytes(ISO_8859_1);
    }

    private static Payload payload(String json) {
        return Payload.ofValidated(json.getBytes(UTF_8));
    }

    private static byte[] fixture(String name) {
        try (InputStream in = EnvelopeTest.class.getResourceAsStream("/envelope/" + name + ".bin")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
