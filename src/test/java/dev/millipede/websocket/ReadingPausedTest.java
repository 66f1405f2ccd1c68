package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two reasons not to read from a peer: its connect is not answered yet, and it does not read what we write. */
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
    void aConnectionClosedWhileItConnectsIsReadFromForThePeersCloseFrame() {
        fixture.confirms = false;
        Connection ann = fixture.accept();
        fixture.instance.commands.accept(ann, new Command.Connect(1, InstanceFixture.token("ann", 0)));
        assertThat(transport(ann).paused).isTrue();

        ann.close(CloseCode.SHUTDOWN);

        assertThat(transport(ann).paused).isFalse();
    }
}
