package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;

/** What a stranger on the port of the cluster's event bus can write: messages as Vert.x' nodes write them to each other. */
public final class BusFrames implements AutoCloseable {
    private static final byte WIRE_VERSION = 2;
    private static final byte NAMED_CODEC = -1;
    private static final int NO_HEADERS = 4;

    /** Numbers of the codecs that every Vert.x has. */
    public static final byte NULL = 0;

    public static final byte STRING = 9;
    public static final byte BUFFER = 11;
    public static final byte JSON_OBJECT = 13;
    public static final byte SERIALIZABLE = 17;

    private final Socket socket;

    /** Connects. */
    public BusFrames(int busPort) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), busPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A message to all consumers of an address, or to one. */
    public void write(String address, boolean all, byte codec, Buffer body) {
        message(Buffer.buffer().appendByte(WIRE_VERSION).appendByte(codec), address, all, body);
    }

    /** The same with a codec by its name. */
    public void write(String address, boolean all, String codec, Buffer body) {
        Buffer start = Buffer.buffer().appendByte(WIRE_VERSION).appendByte(NAMED_CODEC);
        message(append(start, codec), address, all, body);
    }

    private void message(Buffer start, String address, boolean all, Buffer body) {
        start.appendByte((byte) (all ? 1 : 0));
        append(start, address).appendInt(0);
        append(start, "somebody").appendInt(NO_HEADERS).appendBuffer(body);
        try {
            socket.getOutputStream()
                    .write(Buffer.buffer()
                            .appendInt(start.length())
                            .appendBuffer(start)
                            .getBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Buffer append(Buffer buffer, String text) {
        return sized(buffer, Buffer.buffer(text.getBytes(UTF_8)));
    }

    /** Bytes behind their length, as the codecs of strings, buffers and JSON write them. */
    public static Buffer sized(Buffer bytes) {
        return sized(Buffer.buffer(), bytes);
    }

    private static Buffer sized(Buffer to, Buffer bytes) {
        return to.appendInt(bytes.length()).appendBuffer(bytes);
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
