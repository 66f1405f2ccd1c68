package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.websocket.Connection.State;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the defaults: ping 25 s, pong 10 s, connect 10 s, close 5 s; a tick is 100 ms. */
class HeartbeatTest {
    private static final long PING = 25_000;
    private static final long PONG = 10_000;

    private final InstanceFixture fixture = new InstanceFixture();
    private final Heartbeat heartbeat = fixture.instance.heartbeat;
    private long millis;

    private void tickTo(long time) {
        while (millis < time) {
            millis += Heartbeat.TICK_MILLIS;
            heartbeat.tick(millis);
        }
        fixture.loop.settle();
    }

    private Connection connected() {
        Connection connection = fixture.connection();
        heartbeat.connected(connection);
        return connection;
    }

    /** Ticks until the next ping, answers nothing, and returns when it came. */
    private long nextPing(Connection connection) {
        transport(connection).texts.clear();
        long give = millis + 3 * PING;
        while (transport(connection).texts.isEmpty() && millis < give) {
            tickTo(millis + Heartbeat.TICK_MILLIS);
        }
        assertThat(transport(connection).texts).containsExactly("{}");
        return millis;
    }

    private void pong(Connection connection) {
        fixture.instance.commands.accept(connection, new Command.Pong());
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"OPENING", "CONNECTING", "REFUSED"})
    void whoIsNotConnectedAfterItsDeadlineIsStale(State state) {
        Connection connection = fixture.accept();
        connection.state = state;
        tickTo(9_900);
        assertThat(connection.isOpen()).isTrue();

        tickTo(10_000);
        assertThat(transport(connection).closeCodes).containsExactly(3502);
    }

    @Test
    void theFirstPingComesAfterHalfAnIntervalToAWholeOneAndTheyAreSpread() {
        TreeSet<Long> first = new TreeSet<>();
        for (int i = 0; i < 100; i++) {
            long start = millis;
            Connection connection = connected();
            first.add(nextPing(connection) - start);
            transport(connection).close();
        }
        assertThat(first.first()).isBetween(PING / 2, PING / 2 + PING / 20);
        assertThat(first.last()).isBetween(PING - PING / 20, PING);
        assertThat(first).hasSizeGreaterThan(40);
    }

    @Test
    void pingsComeOncePerIntervalWhilePongsCome() {
        Connection connection = connected();
        long first = nextPing(connection);
        for (int i = 1; i <= 5; i++) {
            pong(connection);
            assertThat(nextPing(connection)).isEqualTo(first + i * PING);
        }
    }

    @Test
    void whoDoesNotAnswerAPingInItsTimeIsClosed() {
        Connection connection = connected();
        long ping = nextPing(connection);
        tickTo(ping + PONG - Heartbeat.TICK_MILLIS);
        assertThat(connection.isOpen()).isTrue();

        tickTo(ping + PONG);
        assertThat(transport(connection).closeCodes).containsExactly(3012);
    }

    @Test
    void aPongInTimeKeepsTheConnectionAndOneTooManyClosesIt() {
        Connection connection = connected();
        long ping = nextPing(connection);
        tickTo(ping + PONG - Heartbeat.TICK_MILLIS);
        pong(connection);
        tickTo(ping + PONG);
        assertThat(connection.isOpen()).isTrue();

        pong(connection);
        fixture.loop.settle();
        assertThat(transport(connection).closeCodes).containsExactly(3501);
    }

    @Test
    void aTokenThatIsNotRefreshedIsExpiredAfterItsGrace() {
        Connection connection = connected();
        heartbeat.expiresIn(connection, 12);
        stayAlive(connection, 12_000 + 24_900);
        assertThat(connection.isOpen()).isTrue();

        stayAlive(connection, 12_000 + 25_000);
        assertThat(transport(connection).closeCodes).containsExactly(3005);
    }

    @Test
    void aRefreshPutsTheEndOff() {
        Connection connection = connected();
        heartbeat.expiresIn(connection, 12);
        stayAlive(connection, 30_000);
        heartbeat.expiresIn(connection, 60);
        stayAlive(connection, 30_000 + 60_000 + 24_900);
        assertThat(connection.isOpen()).isTrue();
        heartbeat.expiresIn(connection, 0);

        stayAlive(connection, 500_000);
        assertThat(connection.isOpen()).isTrue();
    }

    private void stayAlive(Connection connection, long until) {
        while (millis < until) {
            tickTo(millis + Heartbeat.TICK_MILLIS);
            if (connection.awaitsPong) {
                pong(connection);
            }
        }
    }

    @Test
    void anExpiryBeforeConnectIsAnsweredDoesNotMoveTheConnectDeadline() {
        Connection connection = fixture.accept();
        heartbeat.expiresIn(connection, 3_600);
        tickTo(10_000);

        assertThat(transport(connection).closeCodes).containsExactly(3502);
    }

    @Test
    void theTimeLeftIsInWholeSecondsAtLeastOneAndZeroForEver() {
        Connection connection = connected();
        assertThat(heartbeat.secondsToExpiry(connection)).isZero();
        heartbeat.expiresIn(connection, 60);
        assertThat(heartbeat.secondsToExpiry(connection)).isEqualTo(60);

        tickTo(900);
        assertThat(heartbeat.secondsToExpiry(connection)).isEqualTo(59);
        heartbeat.expiresIn(connection, 1);
        tickTo(5_000);
        assertThat(heartbeat.secondsToExpiry(connection)).isEqualTo(1);
    }

    @Test
    void anExpiryFurtherThanTheWheelCountsNeverComes() {
        Connection connection = connected();
        heartbeat.expiresIn(connection, 10L * Integer.MAX_VALUE);

        assertThat(connection.expiryTick).isEqualTo(Heartbeat.NEVER);
    }

    @Test
    void whoDoesNotAnswerTheCloseFrameLosesItsSocket() {
        Connection connection = connected();
        tickTo(1_000);
        connection.close(CloseCode.SHUTDOWN);
        tickTo(5_900);
        assertThat(transport(connection).closed).isFalse();
        assertThat(heartbeat.all()).containsExactly(connection);

        tickTo(6_000);
        assertThat(transport(connection).closed).isTrue();
        assertThat(connection.state).isEqualTo(State.CLOSED);
        assertThat(heartbeat.all()).isEmpty();
    }

    @Test
    void aPingThatPassesTheBoundOfTheOutboxClosesTheConnectionForGood() {
        Connection connection = connected();
        transport(connection).full = true;
        transport(connection).remembers = false;
        fixture.instance.outbox.send(connection, new byte[WebSocketConfig.DEFAULTS.outboxLimit()]);
        while (connection.isOpen() && millis < PING) {
            tickTo(millis + Heartbeat.TICK_MILLIS);
        }

        assertThat(connection.state).isEqualTo(State.CLOSING);
        tickTo(millis + 5_000);
        assertThat(transport(connection).closed).isTrue();
    }

    @Test
    void aClosedConnectionThatIsStillScheduledIsLeftAlone() {
        Connection connection = connected();
        connection.state = State.CLOSED;
        tickTo(2 * PING);

        assertThat(transport(connection).writes).isZero();
        assertThat(transport(connection).closed).isFalse();
    }
}
