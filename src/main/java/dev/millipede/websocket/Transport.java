package dev.millipede.websocket;

import io.netty.buffer.ByteBuf;

/**
 * The socket below a connection: what writes, closes and knows its unsent bytes. Confined to the connection's event loop.
 *
 * <p>A seam because a socket can be held in more than one way: today in a Netty channel, later by its bare descriptor.
 */
interface Transport {
    /** Queues bytes and takes over their reference; nothing leaves before {@link #flush}. */
    void write(ByteBuf frames);

    /**
     * Hands bytes of a shared buffer to the kernel at once, without queueing; only when nothing is queued before them.
     *
     * @return how many the kernel took, 0 also where this way is not possible; -1 when the socket is broken
     */
    int sendNow(ByteBuf shared, int offset, int length);

    /** Hands what is queued to the kernel, as far as it takes it; the rest follows when the socket is writable. */
    void flush();

    /** Bytes queued and not yet taken by the kernel, with a small overhead for each write. */
    long pendingBytes();

    /** Stops or resumes taking bytes from the peer; those already read are still handed over. */
    void pauseReading(boolean pause);

    /** Sends what is queued, then the end of the stream; what still arrives is discarded until the peer closes. */
    void end();

    /** Closes at once; what is queued is lost. {@link Connection#transportClosed} follows. */
    void close();
}
