package dev.millipede.support;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client over a plain socket that sends whatever bytes it is told to and keeps what comes, in order. One thread of its
 * own reads; all else belongs to the test's thread. Answers a close frame, and nothing else by itself.
 */
public final class TestClient implements AutoCloseable {
    /** How long anything that must come may take, in seconds. */
    public static final int DEADLINE_SECONDS = 15;

    /** Something the server sent. */
    public sealed interface Event permits Message, Control, Closed, Ended {}

    /** One line of a text frame. */
    public record Message(String text) implements Event {
        public JsonObject json() {
            return new JsonObject(text);
        }
    }

    /** A ping or pong frame. */
    public record Control(int opcode, String payload) implements Event {}

    /** A close frame. */
    public record Closed(int code, String reason) implements Event {}

    /** The end of the stream, or a reset. */
    public record Ended() implements Event {}

    private final Socket socket;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Deque<JsonObject> pushes = new ArrayDeque<>();
    private final Deque<JsonObject> replies = new ArrayDeque<>();
    private volatile CountDownLatch reading = new CountDownLatch(0);
    private volatile boolean answersClose = true;
    private RawHttp.@Nullable Reply upgrade;
    private long lastId;

    private TestClient(Socket socket) {
        this.socket = socket;
    }

    /** A connected socket; the server has heard nothing yet. */
    public static TestClient dial(int port) {
        return dial(port, 0);
    }

    /** As {@link #dial(int)}, with bytes the kernel may keep for the reader; 0 = its default. */
    public static TestClient dial(int port, int receiveBuffer) {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return new TestClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client over a socket that is connected already, for example one with TLS. */
    public static TestClient over(Socket socket) {
        return new TestClient(socket);
    }

    /** An upgraded connection; the request carries these further header lines. */
    public static TestClient open(int port, String... headers) {
        TestClient client = dial(port);
        client.write(handshake(port, headers));
        client.upgraded();
        return client;
    }

    /** A good handshake and these further header lines. */
    public static byte[] handshake(int port, String... headers) {
        List<String> head = new ArrayList<>(handshakeHead(port));
        head.addAll(List.of(headers));
        return (String.join("\r\n", head) + "\r\n\r\n").getBytes(ISO_8859_1);
    }

    /** The request line and header lines of a good handshake. */
    public static List<String> handshakeHead(int port) {
        return List.of(
                "GET /connection/websocket HTTP/1.1",
                "Host: localhost:" + port,
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    }

    /** Waits for the 101 and starts to read frames. */
    public RawHttp.Reply upgraded() {
        try {
            socket.setSoTimeout(DEADLINE_SECONDS * 1000);
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 4096));
            RawHttp.Reply reply = RawHttp.read(in, false);
            if (reply.status() != 101) {
                throw new AssertionError("the handshake was answered with " + reply.status());
            }
            socket.setSoTimeout(0);
            upgrade = reply;
            Thread reader = new Thread(() -> read(in), "client-" + socket.getLocalPort());
            reader.setDaemon(true);
            reader.start();
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the server answered the handshake with. */
    public RawHttp.Reply upgrade() {
        if (upgrade == null) {
            throw new IllegalStateException("not upgraded");
        }
        return upgrade;
    }

    private void read(DataInputStream in) {
        ServerFrames frames = new ServerFrames(in, events::add);
        try {
            boolean open = true;
            while (open) {
                reading.await();
                open = frames.readOne();
            }
            if (answersClose) {
                write(ClientFrames.close(1000, ""));
            }
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | UncheckedIOException e) {
            // A reset ends the stream as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
            events.add(new Ended());
        }
    }

    /** From now on a close frame is read and not answered. */
    public void leaveCloseUnanswered() {
        answersClose = false;
    }

    /** Takes nothing more from the socket until told to, but for the frame it may be waiting for. */
    public void stopReading() {
        reading = new CountDownLatch(1);
    }

    /** Ends {@link #stopReading}. */
    public void resumeReading() {
        reading.countDown();
    }

    /** Writes bytes as they are. */
    public synchronized void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes bytes in pieces of a size, each a segment of its own. */
    public void write(byte[] bytes, int size) {
        for (int at = 0; at < bytes.length; at += size) {
            write(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
    }

    /** Sends commands as they are, in one frame. */
    public void send(String... commands) {
        write(ClientFrames.text(String.join("\n", commands)));
    }

    /** The next thing that comes. */
    public Event next() {
        try {
            Event event = events.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing came for " + DEADLINE_SECONDS + " s");
            }
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next thing, which must be a message. */
    public String text() {
        Event event = next();
        if (event instanceof Message message) {
            return message.text();
        }
        throw new AssertionError("not a message: " + event);
    }

    /** The next thing, which must be a message. */
    public JsonObject json() {
        return new JsonObject(text());
    }

    /** The next push; replies before it are kept for {@link #reply}. */
    public JsonObject push() {
        JsonObject kept = pushes.poll();
        if (kept != null) {
            return kept.getJsonObject("push");
        }
        JsonObject message = json();
        while (!message.containsKey("push")) {
            replies.add(message);
            message = json();
        }
        return message.getJsonObject("push");
    }

    /** The next push's publication, which must be of this channel. */
    public JsonObject publication(String channel) {
        JsonObject push = push();
        if (!channel.equals(push.getString("channel"))) {
            throw new AssertionError("not of " + channel + ": " + push);
        }
        return push.getJsonObject("pub");
    }

    /** The next reply; pushes before it are kept for {@link #push}. */
    public JsonObject reply() {
        JsonObject kept = replies.poll();
        if (kept != null) {
            return kept;
        }
        JsonObject message = json();
        while (message.containsKey("push")) {
            pushes.add(message);
            message = json();
        }
        return message;
    }

    /** Sends one command with the next id and returns its reply; pushes before it are kept for {@link #push}. */
    public JsonObject call(String command, JsonObject body) {
        long id = ++lastId;
        send(new JsonObject().put("id", id).put(command, body).encode());
        JsonObject reply = reply();
        if (reply.getLong("id", 0L) != id) {
            throw new AssertionError("not the reply to " + id + ": " + reply);
        }
        return reply;
    }

    /** Sends one command about a channel. */
    public JsonObject call(String command, String channel) {
        return call(command, new JsonObject().put("channel", channel));
    }

    /** Publishes and returns the reply. */
    public JsonObject publish(String channel, Object data) {
        return call("publish", new JsonObject().put("channel", channel).put("data", data));
    }

    /** The close frame, or 1006 when the stream ended without one; what came before it is dropped. */
    public Closed closed() {
        Event event = next();
        while (!(event instanceof Closed) && !(event instanceof Ended)) {
            event = next();
        }
        return event instanceof Closed closed ? closed : new Closed(1006, "");
    }

    /** Waits for the end of the stream; what came before it is dropped. */
    public void ended() {
        Event event = next();
        while (!(event instanceof Ended)) {
            event = next();
        }
    }

    /** Goes away with a reset, without a word. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
