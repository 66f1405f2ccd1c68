package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static final int TICK = Heartbeat.TICK_MILLIS;

    private final InstanceFixture fixture = new InstanceFixture();
    private final Rates rates = fixture.instance.rates;
    private final Connection ann = fixture.connection();
    private long millis;

    private void limit(int commands, int publications, int bytes, Duration burst) {
        Policy policy = fixture.instance.policy();
        Limits limits = new Limits(4, 0, 0, 0, commands, publications, bytes, burst, 0);
        fixture.instance.apply(new Policy(policy.rules(), limits, List.of()));
    }

    private void pass(long more) {
        for (long end = millis + more; millis < end; ) {
            millis += TICK;
            rates.tick(millis);
        }
    }

    /** How many of so many are taken. */
    private int taken(Command command, int count) {
        int taken = 0;
        for (int i = 0; i < count; i++) {
            taken += rates.takes(ann, command) ? 1 : 0;
        }
        return taken;
    }

    private int closeCode() {
        fixture.loop.settle();
        return transport(ann).closeCodes.isEmpty()
                ? 0
                : transport(ann).closeCodes.get(0);
    }

    private double limited(String limit) {
        return fixture.metric("millipede_limited_total{limit=\"" + limit + "\"}");
    }

    private static final Command UNSUBSCRIBE = new Command.Unsubscribe(9, "room:a");
    private static final Command PUBLISH = new Command.Publish(9, "room:a", null);

    @Test
    void nothingIsKeptOfAConnectionWhereNothingIsLimited() {
        assertThat(taken(UNSUBSCRIBE, 10_000)).isEqualTo(10_000);
        rates.received(ann, 1 << 30);
        assertThat(rates.takesFrame(ann)).isTrue();

        assertThat(ann.extras).isNull();
    }

    @Test
    void commandsBeyondTheRateAreAnsweredWith111AndTheRateGoesOn() {
        limit(10, 0, 0, Duration.ofSeconds(2));

        assertThat(taken(UNSUBSCRIBE, 30)).isEqualTo(20);
        fixture.loop.settle();
        assertThat(transport(ann).taken()).hasSize(10).allMatch(text -> text.contains("\"code\":111"));
        assertThat(limited("commands")).isEqualTo(10);
        pass(1_000);
        assertThat(taken(UNSUBSCRIBE, 30)).isEqualTo(10);
        pass(60_000);
        assertThat(taken(UNSUBSCRIBE, 30)).isEqualTo(20);
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void theSlowestRateLetsOneThrough() {
        limit(1, 0, 0, Duration.ofMillis(100));

        assertThat(taken(UNSUBSCRIBE, 3)).isEqualTo(1);
        pass(900);
        assertThat(taken(UNSUBSCRIBE, 1)).isZero();
        pass(100);
        assertThat(taken(UNSUBSCRIBE, 1)).isEqualTo(1);
    }

    @Test
    void whoGoesOnAtFourTimesTheRateIsLeftInAndWhoIsFasterIsNot() {
        limit(10, 0, 0, Duration.ofSeconds(1));
        for (int second = 0; second < 30; second++) {
            taken(UNSUBSCRIBE, 40);
            pass(1_000);
        }
        assertThat(closeCode()).isZero();

        for (int second = 0; second < 30 && ann.isOpen(); second++) {
            taken(UNSUBSCRIBE, 45);
            pass(1_000);
        }
        assertThat(closeCode()).isEqualTo(3013);
    }

    @Test
    void pongsAreAlwaysTakenUntilTheyAreAFlood() {
        limit(10, 0, 0, Duration.ofSeconds(1));
        taken(UNSUBSCRIBE, 30);

        assertThat(taken(new Command.Pong(), 10)).isEqualTo(10);
        assertThat(ann.isOpen()).isTrue();
        assertThat(taken(new Command.Pong(), 1)).isZero();
        assertThat(closeCode()).isEqualTo(3013);
    }

    @Test
    void framesThatAreNoCommandsUseUpTheRateAndFloodsOfThemClose() {
        limit(10, 0, 0, Duration.ofSeconds(1));
        for (int i = 0; i < 40; i++) {
            assertThat(rates.takesFrame(ann)).isTrue();
        }
        assertThat(taken(UNSUBSCRIBE, 0)).isZero();

        assertThat(rates.takesFrame(ann)).isFalse();
        assertThat(closeCode()).isEqualTo(3013);
        assertThat(limited("commands")).isEqualTo(1);
        assertThat(rates.takesFrame(ann)).as("by now nobody minds").isTrue();
    }

    @Test
    void publicationsHaveARateOfTheirOwn() {
        limit(0, 5, 0, Duration.ofSeconds(1));

        assertThat(taken(PUBLISH, 100)).isEqualTo(5);
        assertThat(taken(UNSUBSCRIBE, 100)).isEqualTo(100);
        assertThat(limited("publications")).isEqualTo(95);
        assertThat(limited("commands")).isZero();
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void whoSendsTooManyBytesIsNotReadFromUntilTheyAreMadeGoodFor() {
        limit(0, 0, 1_000, Duration.ofSeconds(1));

        rates.received(ann, 1_000);
        assertThat(transport(ann).paused).isFalse();
        rates.received(ann, 3_000);
        assertThat(transport(ann).paused).isTrue();
        assertThat(ann.isThrottled()).isTrue();
        pass(3_000);
        assertThat(transport(ann).paused).isTrue();
        pass(100);
        assertThat(transport(ann).paused).isFalse();
        assertThat(ann.isThrottled()).isFalse();
        assertThat(limited("bytes")).isEqualTo(1);
    }

    @Test
    void aLimitThatIsTakenAwayLetsGoOfThoseItHeld() {
        limit(0, 0, 1_000, Duration.ofSeconds(1));
        rates.received(ann, 60_000);
        limit(0, 0, 0, Duration.ofSeconds(1));

        pass(100);

        assertThat(transport(ann).paused).isFalse();
    }

    @Test
    void whatWasSpentUnderAHigherLimitIsLetOff() {
        limit(1_000_000, 0, 1 << 30, Duration.ofMinutes(10));
        taken(UNSUBSCRIBE, 100_000);
        rates.received(ann, Integer.MAX_VALUE);
        limit(10, 0, 1_000, Duration.ofSeconds(1));

        pass(100);
        rates.received(ann, 1);
        pass(66_000);
        assertThat(transport(ann).paused).isFalse();
        assertThat(taken(UNSUBSCRIBE, 10)).isEqualTo(10);
    }

    @Test
    void whoIsClosedWhileKeptWaitingIsReadFromForTheCloseFrame() {
        limit(0, 0, 1_000, Duration.ofSeconds(1));
        rates.received(ann, 60_000);

        ann.close(CloseCode.SHUTDOWN);

        assertThat(transport(ann).paused).isFalse();
        pass(100);
    }

    @Test
    void aPongThatMayWaitUnreadIsWaitedForAsLong() {
        limit(0, 0, 1_000, Duration.ofSeconds(1));
        Connection bob = fixture.accept();
        fixture.instance.commands.accept(bob, new Command.Connect(1, InstanceFixture.token("bob", 0)));
        fixture.loop.settle();
        long beat = 0;
        while (!bob.awaitsPong) {
            fixture.instance.heartbeat.tick(beat += TICK);
        }
        rates.received(bob, 60_000);
        for (int i = 0; i < 250; i++) {
            fixture.instance.heartbeat.tick(beat += TICK);
        }
        assertThat(bob.isOpen()).isTrue();

        pass(60_000);
        for (int i = 0; i < 150; i++) {
            fixture.instance.heartbeat.tick(beat += TICK);
        }
        fixture.loop.settle();
        assertThat(transport(bob).closeCodes).containsExactly(3012);
    }
}
