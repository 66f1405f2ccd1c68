package dev.millipede.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real socket of the native transport. */
class ChannelTransportTest {
    private static final int STRANGERS = 8;
    private static final byte[] SECRET = "for ann alone".getBytes(US_ASCII);

    private final InstanceFixture fixture = new InstanceFixture();
    private final List<SocketChannel> strangers = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private EventLoopGroup group;

    @SuppressWarnings("NullAway.Init")
    private ServerSocketChannel peer;

    @BeforeEach
    void listen() throws IOException {
        assumeTrue(Epoll.isAvailable(), "needs the native transport");
        group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        peer = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws Exception {
        for (SocketChannel each : strangers) {
            each.close();
        }
        if (peer != null) {
            peer.close();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private Channel connected() throws Exception {
        return new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(peer.getLocalAddress())
                .sync()
                .channel();
    }

    @Test
    void whatIsMeantForAClosedSocketNeverReachesWhoeverHasItsDescriptorNow() throws Exception {
        Channel channel = connected();
        ChannelTransport transport = new ChannelTransport(channel, fixture.accept());
        ByteBuf room = Unpooled.directBuffer().writeBytes(SECRET);

        // The connection hears of the close only in a later task: a pass may come in between.
        int taken = channel.eventLoop()
                .submit(() -> {
                    transport.close();
                    for (int i = 0; i < STRANGERS; i++) {
                        strangers.add(SocketChannel.open(peer.getLocalAddress()));
                    }
                    return transport.sendNow(room, 0, SECRET.length);
                })
                .get();
        room.release();

        assertThat(taken).isEqualTo(-1);
    }

    @Test
    void aBufferWithoutAnAddressIsQueuedInstead() throws Exception {
        Channel channel = connected();
        ChannelTransport transport = new ChannelTransport(channel, fixture.accept());
        ByteBuf room = Unpooled.buffer().writeBytes(SECRET);

        int taken = channel.eventLoop()
                .submit(() -> transport.sendNow(room, 0, SECRET.length))
                .get();
        room.release();

        assertThat(taken).isZero();
    }
}
