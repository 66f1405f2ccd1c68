package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection to Redis that sends commands and waits for what comes, in RESP2. Confined to the test's thread. */
public final class RespClient implements AutoCloseable {
    private static final byte[] LINE_END = {'\r', '\n'};

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocate(16 * 1024).flip();
    private Duration patience = Duration.ofSeconds(TestClient.DEADLINE_SECONDS);

    /** Redis answered with an error. */
    public static final class RedisError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RedisError(String message) {
            super(message);
        }
    }

    /** A message of a subscribed channel. */
    public record Message(String channel, Buffer content) {}

    /** Connects to {@code address}, of TCP or of a Unix socket. */
    public RespClient(SocketAddress address) throws IOException {
        channel = SocketChannel.open(address);
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** How long whatever must come may take from now on. */
    public RespClient patience(Duration patience) {
        this.patience = patience;
        return this;
    }

    /**
     * Sends a command and returns its reply: a String (which bytes that are not UTF-8 would spoil), a Long, a List of
     * replies, or null.
     *
     * @throws RedisError when the reply is one
     */
    public @Nullable Object call(String... arguments) {
        send(arguments);
        return receive();
    }

    /** Publishes bytes as they are and returns how many heard them. */
    public long publish(String channelName, byte[] message) {
        send(List.of("PUBLISH".getBytes(UTF_8), channelName.getBytes(UTF_8), message));
        return (Long) require(receive());
    }

    /** Subscribes to channels and waits until that is so; then only {@link #message} makes sense. */
    public RespClient subscribe(String... channels) {
        List<String> command = new ArrayList<>(List.of("SUBSCRIBE"));
        command.addAll(List.of(channels));
        send(command.toArray(String[]::new));
        for (int i = 0; i < channels.length; i++) {
            receive();
        }
        return this;
    }

    /** The next message of a subscribed channel, byte for byte. */
    public Message message() {
        List<?> reply = (List<?>) require(receiveRaw());
        if (!require(reply.get(0)).toString().equals("message")) {
            throw new AssertionError("not a message: " + reply);
        }
        return new Message(require(reply.get(1)).toString(), (Buffer) require(reply.get(2)));
    }

    /** Sends a command whose reply is waited for later. */
    public void send(String... arguments) {
        send(List.of(arguments).stream().map(each -> each.getBytes(UTF_8)).toList());
    }

    /** The next reply, as {@link #call} returns it. */
    public @Nullable Object receive() {
        return text(receiveRaw());
    }

    private void send(List<byte[]> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + arguments.size() + "\r\n").getBytes(UTF_8));
        for (byte[] argument : arguments) {
            out.writeBytes(("$" + argument.length + "\r\n").getBytes(UTF_8));
            out.writeBytes(argument);
            out.writeBytes(LINE_END);
        }
        ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object text(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            List<@Nullable Object> texts = new ArrayList<>();
            list.forEach(each -> texts.add(text(each)));
            return texts;
        }
        return reply instanceof Buffer buffer ? buffer.toString() : reply;
    }

    private @Nullable Object receiveRaw() {
        try {
            return read(System.nanoTime() + patience.toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Object read(long deadline) throws IOException {
        String line = line(deadline);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '-' -> throw new RedisError(rest);
            case '$' -> bulk(Integer.parseInt(rest), deadline);
            case '*' -> list(Integer.parseInt(rest), deadline);
            default -> throw new AssertionError("not RESP: " + line);
        };
    }

    private @Nullable List<@Nullable Object> list(int size, long deadline) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(read(deadline));
        }
        return list;
    }

    private @Nullable Buffer bulk(int length, long deadline) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) next(deadline);
        }
        line(deadline);
        return Buffer.buffer(bytes);
    }

    private String line(long deadline) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = next(deadline); c != '\n'; c = next(deadline)) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private int next(long deadline) throws IOException {
        while (!input.hasRemaining()) {
            int read = channel.read(input.clear());
            input.flip();
            if (read < 0) {
                throw new EOFException("Redis closed the connection");
            }
            if (read == 0) {
                await(deadline);
            }
        }
        return input.get() & 0xFF;
    }

    private void await(long deadline) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new AssertionError("nothing came from Redis within " + patience);
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }

    private static <T> T require(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("null from Redis");
        }
        return value;
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
