package dev.millipede.websocket.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.List;

/** A client's bytes: what they say does not depend on how they were cut, and nobody is made to hold more than the limits. */
class FrameReaderFuzzTest {
    private static final List<FrameLimits> LIMITS = List.of(
            new FrameLimits(150, 220, 5),
            new FrameLimits(1, 1, 1),
            new FrameLimits(20, 60, 3),
            new FrameLimits(3000, 3000, 2),
            new FrameLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));

    private static final int HEADER = 14;
    private static final int CONTROL = 125;

    @FuzzTest
    void framesSayTheSameHoweverTheyAreCut(byte[] bytes) {
        Input input = new Input(bytes);
        FrameLimits limits = LIMITS.get(input.below(LIMITS.size()));
        int longest = 1 + input.below(40);
        int step = input.number();
        byte[] sent = input.rest();

        Events whole = new Events(limits);
        whole.read(sent, 0, sent.length);
        Events cut = new Events(limits);
        int size = 1;
        for (int at = 0; at < sent.length; at += size) {
            size = Math.min(1 + Math.floorMod(at * 31 + step, longest), sent.length - at);
            cut.read(sent, at, size);
        }
        Held.that(
                cut.sink.events().equals(whole.sink.events()),
                () -> cut.sink.events() + " of the pieces, " + whole.sink.events() + " of the whole");
    }

    /** One connection's reading. */
    private static final class Events {
        private final RecordingSink sink = new RecordingSink();
        private final FrameLimits limits;
        private final FrameReader reader;
        private PartialFrame partial;
        private int arrived;

        @SuppressWarnings("NullAway.Init") // what the first call is given is null
        Events(FrameLimits limits) {
            this.limits = limits;
            this.reader = new FrameReader(limits);
        }

        @SuppressWarnings("NullAway") // null is carried from call to call
        void read(byte[] sent, int offset, int length) {
            int before = sink.events().size();
            if (ended(before)) {
                return;
            }
            // What the reader may change must be all it changes.
            byte[] piece =
                    ByteBuffer.allocate(length + 2).put(1, sent, offset, length).array();
            piece[0] = piece[length + 1] = 0x55;
            arrived += length;
            partial = reader.read(piece, 1, length, partial, sink);
            Held.that(piece[0] == 0x55 && piece[length + 1] == 0x55, "a byte beside the data was changed");
            Held.that(partial == null || partial.retainedBytes() <= retained(), "more held than came, or than may be");
            check(before);
        }

        private long retained() {
            long message = Math.min(limits.maxMessage(), Math.max(64, 2L * arrived));
            return message + HEADER + CONTROL;
        }

        private boolean ended(int count) {
            String last = count == 0 ? "" : sink.events().get(count - 1);
            return last.startsWith("close ") || last.startsWith("violation ");
        }

        private void check(int from) {
            List<String> events = sink.events();
            for (int i = from; i < events.size(); i++) {
                String event = events.get(i);
                Held.that(i == events.size() - 1 || !ended(i + 1), "something after the end");
                byte[] payload = payload(event);
                if (event.startsWith("text") || event.startsWith("close")) {
                    Held.that(isUtf8(payload), "a text that is none");
                }
                boolean message = event.startsWith("text") || event.startsWith("binary");
                Held.that(payload.length <= (message ? limits.maxMessage() : CONTROL), "longer than allowed");
            }
            Held.that(!ended(events.size()) || partial == null, "something kept after the end");
        }

        private static byte[] payload(String event) {
            int space = event.indexOf(' ', event.startsWith("close ") ? "close ".length() : 0);
            boolean bytes = space >= 0 && !event.startsWith("violation");
            return bytes ? HexFormat.of().parseHex(event, space + 1, event.length()) : new byte[0];
        }
    }

    static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
