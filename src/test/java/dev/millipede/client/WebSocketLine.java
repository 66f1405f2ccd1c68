package dev.millipede.client;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.TestClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** One WebSocket, from the dialling to its end. Confined to its event loop; tells its end once, and nothing afterwards. */
final class WebSocketLine {
    /** Code of an end without a close frame. */
    static final int ABNORMAL = 1006;

    private final SocketAddress address;
    private final Events events;
    private final FrameParser parser = new FrameParser();
    private @Nullable NetSocket socket;
    private boolean upgraded;
    private boolean ended;

    /** What a line tells. */
    interface Events {
        /** The handshake is done. */
        void opened(WebSocketLine line);

        /** One line of a text frame. */
        void line(WebSocketLine line, String text);

        /** Over, by the other side or because it never came about. */
        void closed(WebSocketLine line, int code, String reason);
    }

    WebSocketLine(SocketAddress address, Events events) {
        this.address = address;
        this.events = events;
    }

    SocketAddress address() {
        return address;
    }

    void connected(NetSocket connected) {
        if (ended) {
            connected.close();
            return;
        }
        socket = connected;
        connected.handler(this::read);
        connected.closeHandler(ignored -> end(ABNORMAL, ""));
        connected.exceptionHandler(ignored -> {});
        connected.write(Buffer.buffer(TestClient.handshake(address.port())));
    }

    void refused(Throwable why) {
        end(ABNORMAL, String.valueOf(why.getMessage()));
    }

    private void read(Buffer bytes) {
        parser.add(bytes);
        if (!upgraded && !readHead()) {
            return;
        }
        for (FrameParser.Frame frame = parser.take(); frame != null && !ended; frame = parser.take()) {
            frame(frame);
        }
    }

    private boolean readHead() {
        String head = parser.takeHead();
        if (head == null) {
            return false;
        }
        if (!head.startsWith("HTTP/1.1 101 ")) {
            cut();
            events.closed(this, ABNORMAL, head.lines().findFirst().orElse(""));
            return false;
        }
        upgraded = true;
        events.opened(this);
        return !ended;
    }

    private void frame(FrameParser.Frame frame) {
        switch (frame.opcode()) {
            case FrameParser.TEXT ->
                frame.text().lines().forEach(text -> {
                    if (!ended) {
                        events.line(this, text);
                    }
                });
            case FrameParser.PING ->
                write(ClientFrames.frame(ClientFrames.PONG, frame.payload().getBytes()));
            case FrameParser.CLOSE -> {
                write(ClientFrames.frame(ClientFrames.CLOSE, frame.payload().getBytes()));
                end(frame.code(), frame.reason());
            }
            default -> {
                // A pong nobody asked for.
            }
        }
    }

    /** Sends one text frame. */
    void send(String text) {
        write(ClientFrames.text(text));
    }

    private void write(byte[] frame) {
        if (socket != null && !ended) {
            socket.write(Buffer.buffer(frame));
        }
    }

    /** Says goodbye and goes; nothing is told any more. */
    void close(int code) {
        write(ClientFrames.close(code, ""));
        cut();
    }

    /** Goes without a word, and nothing is told any more. */
    void cut() {
        ended = true;
        if (socket != null) {
            socket.close();
        }
    }

    private void end(int code, String reason) {
        if (!ended) {
            cut();
            events.closed(this, code, reason);
        }
    }
}
