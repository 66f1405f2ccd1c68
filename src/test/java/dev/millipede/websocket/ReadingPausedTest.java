package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three reasons not to read from a peer: its connect is not answered yet, it does not read what we write, it sends too much. */
class ReadingPausedTest {
    private final InstanceFixture fixture = new InstanceFixture();
    private final Connection connection = fixture.accept();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelTransport transport = new ChannelTransport(channel, connection);

    ReadingPausedTest() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(100, 200));
        channel.pipeline().addLast(transport);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void writeMoreThanTheMark() {
        transport.write(Unpooled.wrappedBuffer(new byte[300]));
        assertThat(channel.isWritable()).isFalse();
        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void aPeerThatReadsAgainStillWaitsForItsConnect() {
        connection.pending = new Pending();
        connection.pending.connect = new Command.Connect(1, null);
        transport.pauseReading(true);
        writeMoreThanTheMark();

        transport.flush();

        assertThat(channel.isWritable()).isTrue();
        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void aPeerWhoseConnectIsAnsweredStillHasToReadFirst() {
        transport.pauseReading(true);
        writeMoreThanTheMark();

        transport.pauseReading(false);
        assertThat(channel.config().isAutoRead()).isFalse();

        transport.flush();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aPeerThatSendsTooMuchIsNotReadFromWhateverElseHasPassed() {
        Policy policy = fixture.instance.policy();
        Limits limits = new Limits(4, 0, 0, 0, 0, 0, 1_000, Duration.ofSeconds(1), 0);
        fixture.instance.apply(new Policy(policy.rules(), limits, List.of()));
        fixture.instance.rates.received(connection, 5_000);
        assertThat(channel.config().isAutoRead()).isFalse();

        writeMoreThanTheMark();
        transport.flush();
        transport.pauseReading(false);
        assertThat(channel.config().isAutoRead()).isFalse();

        fixture.instance.rates.tick(60_000);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aConnectionClosedWhileItConnectsIsReadFromForThePeersCloseFrame() {
        fixture.confirms = false;
        Connection ann = fixture.accept();
        fixture.instance.commands.accept(ann, new Command.Connect(1, InstanceFixture.token("ann", 0)));
        assertThat(transport(ann).paused).isTrue();

        ann.close(CloseCode.SHUTDOWN);

        assertThat(transport(ann).paused).isFalse();
    }
}
