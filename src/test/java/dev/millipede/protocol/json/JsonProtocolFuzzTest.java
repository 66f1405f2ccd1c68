package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.channel.Since;
import dev.millipede.fuzz.Held;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client's text: commands or {@link MalformedCommandException}, whatever stands around it in memory. */
class JsonProtocolFuzzTest {
    private static final int BESIDE = 3;

    private final JsonProtocol protocol = new JsonProtocol();

    /** @param malformed whether something behind the commands was */
    private record Decoded(List<Command> commands, boolean malformed) {}

    @FuzzTest
    void aMessageIsCommandsAndThenPerhapsSomethingMalformed(byte[] bytes) {
        byte[] text = new String(bytes, UTF_8).getBytes(UTF_8);
        Held.within(96L * text.length + 131_072, () -> decode(text, 0, text.length));
        Decoded decoded = decode(text, 0, text.length);
        Held.that(decoded.malformed || !decoded.commands.isEmpty(), "a message of nothing");

        for (byte beside : new byte[] {'\n', '}', '1', '"'}) {
            byte[] embedded = new byte[text.length + 2 * BESIDE];
            Arrays.fill(embedded, beside);
            System.arraycopy(text, 0, embedded, BESIDE, text.length);
            equal(decode(embedded, BESIDE, text.length), decoded);
        }
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        for (Command command : decoded.commands) {
            again.writeBytes(Rewritten.line(command));
            again.write('\n');
            check(command);
        }
        if (!decoded.commands.isEmpty()) {
            equal(decode(again.toByteArray(), 0, again.size()), new Decoded(decoded.commands, false));
        }
    }

    private Decoded decode(byte[] bytes, int offset, int length) {
        List<Command> commands = new ArrayList<>();
        try {
            protocol.decode(bytes, offset, length, commands::add);
            return new Decoded(commands, false);
        } catch (MalformedCommandException e) {
            return new Decoded(commands, true);
        }
    }

    private static void check(Command command) {
        if (command instanceof Command.Publish publish && publish.data() != null) {
            JsonPayloadFuzzTest.isOneValue(publish.data().bytes());
        } else if (command instanceof Command.Connect connect) {
            Held.that(connect.subs().size() <= SinceFields.MAX_SUBS, "more than may be");
            connect.subs().values().forEach(JsonProtocolFuzzTest::check);
        } else if (command instanceof Command.History history && history.since() != null) {
            check(history.since());
        }
    }

    private static void check(Since since) {
        Held.that(since.offset() >= 0, "a negative offset");
    }

    private static void equal(Decoded one, Decoded other) {
        Held.that(
                one.malformed == other.malformed && one.commands.size() == other.commands.size(),
                () -> one + " is not " + other);
        for (int i = 0; i < one.commands.size(); i++) {
            Command left = one.commands.get(i);
            Command right = other.commands.get(i);
            Held.that(same(left, right), () -> left + " is not " + right);
        }
    }

    private static boolean same(Command left, Command right) {
        if (left instanceof Command.Publish one && right instanceof Command.Publish other) {
            // Payloads are equal to themselves only.
            return one.id() == other.id()
                    && one.channel().equals(other.channel())
                    && String.valueOf(one.data()).equals(String.valueOf(other.data()));
        }
        return left.equals(right);
    }
}
