package dev.millipede.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** A connected client that can be read without waiting, for many on one thread. Confined to one thread at a time. */
final class LoopSocket implements AutoCloseable {
    private static final int HEADER = 2;
    private static final int LONG_HEADER = 4;

    private final SocketChannel channel;
    private final ByteBuffer input = ByteBuffer.allocate(128 << 10);
    private boolean closed;

    private LoopSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** A connection of a user whose connect has been answered. */
    static LoopSocket connect(int port, String user) throws IOException {
        LoopSocket socket =
                new LoopSocket(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        socket.channel.write(ByteBuffer.wrap(TestClient.handshake(port)));
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            socket.receive();
            head = new String(socket.input.array(), 0, socket.input.position(), ISO_8859_1);
        }
        socket.input.clear();
        JsonObject body = new JsonObject().put("token", NodeFixture.token(user));
        socket.send(new JsonObject().put("id", 1).put("connect", body).encode());
        ArrayDeque<String> lines = new ArrayDeque<>();
        while (lines.isEmpty()) {
            socket.receive();
            socket.takeFrames(lines::add);
        }
        if (!lines.element().startsWith("{\"id\":1,\"connect\":")) {
            throw new AssertionError(lines);
        }
        socket.channel.configureBlocking(false);
        return socket;
    }

    void register(Selector selector) throws IOException {
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Sends commands in one frame. */
    void send(String... commands) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(ClientFrames.text(String.join("\n", commands)));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Takes all lines that have arrived; all have when this returns. */
    void receiveAll(Consumer<String> lines) throws IOException {
        while (!closed && receive() > 0) {
            takeFrames(lines);
        }
    }

    /** Whether the server has ended the connection, with a close frame or without. */
    boolean isClosed() {
        return closed;
    }

    private int receive() throws IOException {
        int count = channel.read(input);
        closed |= count < 0;
        return count;
    }

    private void takeFrames(Consumer<String> lines) {
        input.flip();
        while (takeFrame(lines)) {
            // The next one.
        }
        input.compact();
    }

    /** Whole, unmasked text frames; any other ends it. */
    private boolean takeFrame(Consumer<String> lines) {
        if (input.remaining() < HEADER) {
            return false;
        }
        int start = input.position();
        int length = input.get(start + 1);
        int header = HEADER;
        if (length == 126) {
            header = LONG_HEADER;
            length = input.remaining() < LONG_HEADER ? Integer.MAX_VALUE / 2 : input.getShort(start + HEADER) & 0xFFFF;
        }
        if (input.get(start) != (byte) (0x80 | ClientFrames.TEXT) || length < 0 || length == 127) {
            closed = true;
            return false;
        }
        if (input.remaining() < header + length) {
            return false;
        }
        String text = new String(input.array(), start + header, length, UTF_8);
        input.position(start + header + length);
        text.lines().forEach(lines);
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
