package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Position;
import dev.millipede.protocol.Command;
import dev.millipede.recovery.RecoveryConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that are to be told that their place is lost, when there is no memory to tell them. */
class ResetsMemoryTest {
    private static final int TICKS = (int) RecoveryConfig.DEFAULTS.resetSpread().toMillis() / Heartbeat.TICK_MILLIS;

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);

    private Connection member(String user) {
        Connection connection = fixture.connection();
        connection.user = user;
        fixture.instance.commands.accept(connection, new Command.Subscribe(1, "room:a", null));
        heard(connection);
        return connection;
    }

    private List<String> heard(Connection who) {
        fixture.loop.settle();
        return transport(who).taken();
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            try {
                fixture.instance.resets.tick();
                fixture.loop.settle();
            } catch (OutOfMemoryError e) {
                // What the event loop does.
            }
        }
    }

    /** Each is told, or its connection closed; nobody goes on as if nothing were, and nobody is forgotten. */
    @Test
    void whoCannotBeToldForWantOfMemoryIsClosedOrToldLater() {
        List<Connection> members = List.of(member("a"), member("b"), member("c"), member("d"));
        fixture.lose("room:a", new Position("f", 3));
        fixture.exhausted = true;
        tick(TICKS);
        fixture.exhausted = false;
        tick(2 * TICKS);

        assertThat(members)
                .allSatisfy(member -> assertThat(
                                !member.isOpen() || heard(member).stream().anyMatch(text -> text.contains("2500")))
                        .isTrue());
    }
}
