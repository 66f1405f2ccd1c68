package dev.millipede.websocket.frame;

/**
 * What a {@link FrameReader} finds; implemented by the connection. Called on the thread that reads.
 *
 * <p>Every byte range is valid only during the call and may be changed by the callee within the range, not beyond.
 * A sink must not call the reader. If a sink throws, the exception leaves {@link FrameReader#read} and the
 * connection's carried state must be thrown away.
 */
public interface FrameSink {
    /** A complete text message; the range is valid UTF-8. */
    void text(byte[] bytes, int offset, int length);

    /** A complete binary message. */
    void binary(byte[] bytes, int offset, int length);

    /** A ping of 0 to 125 bytes; it may arrive between the fragments of a message. */
    void ping(byte[] bytes, int offset, int length);

    /** A pong of 0 to 125 bytes, asked for or not. */
    void pong(byte[] bytes, int offset, int length);

    /**
     * The peer's close frame; nothing is reported after it.
     *
     * @param code a code a peer may send, or 1005 if the frame was empty
     * @param length bytes of the reason, 0 to 123, valid UTF-8
     */
    void close(int code, byte[] bytes, int offset, int length);

    /** A fragment without payload that does not end its message: allowed, and good for nothing. */
    default void emptyFragment() {}

    /** The peer broke the protocol or a limit; nothing is reported after it. */
    void violation(FrameViolation violation);

    /** Asked after each text, binary, ping, pong and empty fragment: false stops reading, and the rest of the bytes is discarded. */
    boolean open();
}
