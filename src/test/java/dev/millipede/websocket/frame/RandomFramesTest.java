package dev.millipede.websocket.frame;

import static dev.millipede.websocket.frame.RecordingSink.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RandomFramesTest {
    private static final FrameLimits TIGHT = new FrameLimits(150, 220, 5);

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void validMessagesGiveTheSameEventsHoweverTheyAreCut(long seed) {
        Random random = new Random(seed);
        Conversation conversation = new Conversation(random);
        for (int i = 0; i < 12; i++) {
            conversation.addMessage();
        }
        byte[] sent = conversation.sent.toByteArray();

        assertThat(Wire.readWhole(sent, Wire.WIDE)).as("seed %d", seed).isEqualTo(conversation.events);
        assertThat(Wire.readInPieces(sent, Wire.WIDE, 1)).as("seed %d", seed).isEqualTo(conversation.events);
        for (int i = 0; i < 4; i++) {
            assertThat(Wire.readInRandomPieces(sent, Wire.WIDE, random))
                    .as("seed %d", seed)
                    .isEqualTo(conversation.events);
        }
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    @Test
    void noBytesMakeTheReaderThrowAndCutsDoNotMatter() {
        long seed = 20_261_122;
        Random random = new Random(seed);
        int ended = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] data = randomBytes(random, i % 4);
            List<String> whole = Wire.readWhole(data, TIGHT);
            List<String> cut = Wire.readInRandomPieces(data, TIGHT, random);
            if (!whole.equals(cut)) {
                assertThat(cut).as("string %d of seed %d", i, seed).isEqualTo(whole);
            }
            ended += whole.stream().anyMatch(event -> event.startsWith("violation")) ? 1 : 0;
        }
        assertThat(ended).isBetween(50_000, 199_000);
    }

    /** Pure noise, noise behind plausible headers, or a conversation with a few bytes changed. */
    private static byte[] randomBytes(Random random, int kind) {
        byte[] noise = new byte[random.nextInt(80)];
        random.nextBytes(noise);
        if (kind == 0) {
            return noise;
        }
        if (kind == 1 && noise.length > 2) {
            noise[0] &= (byte) 0x8A;
            noise[1] |= (byte) 0x80;
            return noise;
        }
        Conversation conversation = new Conversation(random);
        conversation.longest = 60;
        conversation.addMessage();
        conversation.addMessage();
        byte[] sent = conversation.sent.toByteArray();
        for (int i = random.nextInt(3); i > 0; i--) {
            sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return Arrays.copyOf(sent, random.nextInt(sent.length + 1));
    }

    /** Frames a well-behaved client could send, and the events they must give. */
    private static final class Conversation {
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final List<String> events = new ArrayList<>();
        private final Random random;
        private int longest = 70_000;

        Conversation(Random random) {
            this.random = random;
        }

        void addMessage() {
            boolean text = random.nextBoolean();
            byte[] payload = text ? randomText() : randomBinary(randomLength());
            int frames = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
            int at = 0;
            for (int i = 1; i <= frames; i++) {
                int end = i == frames ? payload.length : at + random.nextInt(payload.length - at + 1);
                int opcode = i > 1 ? Opcode.CONTINUATION : text ? Opcode.TEXT : Opcode.BINARY;
                addFrame((i == frames ? 0x80 : 0) | opcode, Arrays.copyOfRange(payload, at, end));
                at = end;
                if (i < frames && random.nextInt(3) == 0) {
                    addControl();
                }
            }
            events.add(event(text ? "text" : "binary", payload));
            if (random.nextInt(4) == 0) {
                addControl();
            }
        }

        private void addControl() {
            boolean ping = random.nextBoolean();
            byte[] payload = randomBinary(random.nextInt(126));
            addFrame(0x80 | (ping ? Opcode.PING : Opcode.PONG), payload);
            events.add(event(ping ? "ping" : "pong", payload));
        }

        private void addFrame(int firstByte, byte[] payload) {
            sent.writeBytes(Wire.frame(firstByte, payload, random.nextInt()));
        }

        private int randomLength() {
            return Math.min(
                    longest,
                    switch (random.nextInt(12)) {
                        case 0 -> 65_530 + random.nextInt(12);
                        case 1, 2 -> random.nextInt(3000);
                        case 3, 4 -> 120 + random.nextInt(12);
                        default -> random.nextInt(64);
                    });
        }

        private byte[] randomBinary(int length) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        }

        private byte[] randomText() {
            int length = randomLength() / 2;
            StringBuilder text = new StringBuilder();
            boolean ascii = random.nextBoolean();
            while (text.length() < length) {
                int codePoint = random.nextInt(ascii ? 0x80 : 1 << (7 + random.nextInt(14)));
                if (Character.isValidCodePoint(codePoint) && (codePoint < 0xD800 || codePoint > 0xDFFF)) {
                    text.appendCodePoint(codePoint);
                }
            }
            return Wire.utf8(text.toString());
        }
    }
}
