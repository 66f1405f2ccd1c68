package dev.millipede.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server on a real socket that does what the test's thread says, step by step. Confined to that thread. Close it. */
final class ScriptedServer implements AutoCloseable {
    private static final int PATIENCE = (int) TimeUnit.SECONDS.toMillis(TestClient.DEADLINE_SECONDS);

    private final ServerSocket server;

    ScriptedServer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            server.setSoTimeout(PATIENCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SocketAddress address() {
        return SocketAddress.inetSocketAddress(server.getLocalPort(), "127.0.0.1");
    }

    /** The next connection, upgraded. */
    Peer accept() {
        try {
            Socket socket = server.accept();
            socket.setSoTimeout(PATIENCE);
            return new Peer(socket).upgrade();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next connection, upgraded and its connect answered with this result. */
    Peer welcome(String result) {
        Peer peer = accept();
        peer.answer(peer.hear("connect"), "connect", result);
        return peer;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One client as the server sees it. */
    static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final Deque<String> lines = new ArrayDeque<>();

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
        }

        private Peer upgrade() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                    .getBytes(ISO_8859_1));
            return this;
        }

        private void write(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The lines of the next frame. */
        List<String> frame() {
            try {
                int first = in.readUnsignedByte();
                int length = in.readUnsignedByte() & 0x7F;
                length = length == 126 ? in.readUnsignedShort() : length;
                byte[] key = in.readNBytes(4);
                byte[] payload = in.readNBytes(length);
                for (int i = 0; i < length; i++) {
                    payload[i] ^= key[i % 4];
                }
                return (first & 0x0F) == ClientFrames.CLOSE
                        ? List.of("close")
                        : new String(payload, UTF_8).lines().toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The next command, which must be of this kind, with its id. */
        JsonObject hear(String kind) {
            if (lines.isEmpty()) {
                lines.addAll(frame());
            }
            JsonObject command = new JsonObject(lines.remove());
            if (!command.containsKey(kind)) {
                throw new AssertionError("not a " + kind + ": " + command);
            }
            return command;
        }

        /** Says this in one frame. */
        void say(String... text) {
            write(ClientFrames.unmasked(String.join("\n", text)));
        }

        /** Answers a command with a result or, as {@code error}, an error. */
        void answer(JsonObject command, String kind, String body) {
            say(new JsonObject()
                    .put("id", command.getInteger("id"))
                    .put(kind, new JsonObject(body))
                    .encode());
        }

        /** Sends a close frame. */
        void bid(int code, String reason) {
            byte[] text = reason.getBytes(UTF_8);
            byte[] payload = ByteBuffer.allocate(2 + text.length)
                    .putShort((short) code)
                    .put(text)
                    .array();
            write(ClientFrames.join(new byte[] {(byte) (0x80 | ClientFrames.CLOSE), (byte) payload.length}, payload));
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
