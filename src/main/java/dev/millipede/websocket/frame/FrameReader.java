package dev.millipede.websocket.frame;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames a client sends (RFC 6455 sections 5 to 8) and reports them to a {@link FrameSink}.
 *
 * <p>One per event loop, shared by its connections, not thread-safe: between calls it keeps nothing of a connection.
 * A frame that lies whole in the data read is unmasked where it lies and reported from there; only what is cut, or is
 * a fragment, is copied.
 */
public final class FrameReader {
    /** Returned inside the reader when nothing more may be reported; never leaves it. */
    private static final PartialFrame STOPPED = new PartialFrame();

    private final FrameLimits limits;
    private final FrameHeader header;
    private int position;

    public FrameReader(FrameLimits limits) {
        this.limits = limits;
        this.header = new FrameHeader(limits);
    }

    /**
     * Reads all of {@code data[offset, offset + length)}, which may be changed by it, unless the sink stops it.
     *
     * @param carried what the last call for this connection returned, null for the first
     * @return what the next call must be given; null if nothing is incomplete or reading has stopped
     */
    public @Nullable PartialFrame read(
            byte[] data, int offset, int length, @Nullable PartialFrame carried, FrameSink sink) {
        Objects.checkFromIndexSize(offset, length, data.length);
        int end = offset + length;
        PartialFrame partial = carried;
        position = offset;
        while (position < end) {
            partial = partial != null && partial.isInPayload()
                    ? readPayload(data, end, partial, sink)
                    : readHeader(data, end, partial, sink);
            if (partial == STOPPED) {
                return null;
            }
        }
        return partial;
    }

    private @Nullable PartialFrame readHeader(byte[] data, int end, @Nullable PartialFrame carried, FrameSink sink) {
        if (carried != null && carried.headLength() > 0) {
            return readRestOfHeader(data, end, carried, sink);
        }
        FrameViolation violation = header.parse(data, position, end - position, carried);
        if (violation != null) {
            return fail(violation, sink);
        }
        if (!header.isComplete()) {
            PartialFrame partial = carried == null ? new PartialFrame() : carried;
            partial.keepHead(data, position, end - position);
            position = end;
            return partial;
        }
        position += header.size();
        return startFrame(data, end, carried, sink);
    }

    private @Nullable PartialFrame readRestOfHeader(byte[] data, int end, PartialFrame partial, FrameSink sink) {
        int kept = partial.headLength();
        partial.keepHead(data, position, end - position);
        FrameViolation violation = header.parse(partial.head(), 0, partial.headLength(), partial);
        if (violation != null) {
            return fail(violation, sink);
        }
        if (!header.isComplete()) {
            position = end;
            return partial;
        }
        position += header.size() - kept;
        partial.dropHead();
        return startFrame(data, end, partial.holdsMessage() ? partial : null, sink);
    }

    private @Nullable PartialFrame startFrame(byte[] data, int end, @Nullable PartialFrame message, FrameSink sink) {
        if (header.isFragment() || header.length() > end - position) {
            PartialFrame partial = message == null ? new PartialFrame() : message;
            partial.begin(header);
            if (header.length() == 0 && !header.fin()) {
                sink.emptyFragment();
                return sink.open() ? partial : STOPPED;
            }
            return readPayload(data, end, partial, sink);
        }
        int start = position;
        int length = header.length();
        Mask.apply(header.key(), data, start, data, start, length);
        position = start + length;
        if (header.opcode() == Opcode.TEXT && !Utf8.isValid(data, start, length)) {
            return fail(FrameViolation.TEXT_NOT_UTF8, sink);
        }
        return report(header.opcode(), data, start, length, message, sink);
    }

    private @Nullable PartialFrame readPayload(byte[] data, int end, PartialFrame partial, FrameSink sink) {
        int count = Math.min(partial.remaining(), end - position);
        boolean possible = partial.append(data, position, count, limits.maxMessage());
        position += count;
        if (!possible) {
            return fail(FrameViolation.TEXT_NOT_UTF8, sink);
        }
        if (partial.isInPayload()) {
            return partial;
        }
        if (Opcode.isControl(partial.opcode())) {
            byte[] payload = partial.takeControl();
            return report(partial.opcode(), payload, 0, payload.length, partial.holdsMessage() ? partial : null, sink);
        }
        if (!partial.fin()) {
            return partial;
        }
        if (!partial.endsWithWholeCharacter()) {
            return fail(FrameViolation.TEXT_NOT_UTF8, sink);
        }
        return report(partial.messageOpcode(), partial.message(), 0, partial.messageLength(), null, sink);
    }

    /** Reports one item and returns {@code rest}, what stays incomplete beside it, or that reading stops. */
    private static @Nullable PartialFrame report(
            int opcode, byte[] bytes, int offset, int length, @Nullable PartialFrame rest, FrameSink sink) {
        switch (opcode) {
            case Opcode.TEXT -> sink.text(bytes, offset, length);
            case Opcode.BINARY -> sink.binary(bytes, offset, length);
            case Opcode.PING -> sink.ping(bytes, offset, length);
            case Opcode.PONG -> sink.pong(bytes, offset, length);
            case Opcode.CLOSE -> {
                return reportClose(bytes, offset, length, sink);
            }
            default -> throw new AssertionError("the header let opcode " + opcode + " pass");
        }
        return sink.open() ? rest : STOPPED;
    }

    /** RFC 6455 section 5.5.1: nothing, or a code of two bytes and a reason in UTF-8. */
    private static PartialFrame reportClose(byte[] bytes, int offset, int length, FrameSink sink) {
        if (length == 0) {
            sink.close(CloseCodeRule.NO_CODE, bytes, offset, 0);
            return STOPPED;
        }
        if (length == 1) {
            return fail(FrameViolation.CLOSE_TOO_SHORT, sink);
        }
        int code = ((bytes[offset] & 0xFF) << 8) | (bytes[offset + 1] & 0xFF);
        if (!CloseCodeRule.allowedOnWire(code)) {
            return fail(FrameViolation.CLOSE_CODE_INVALID, sink);
        }
        if (!Utf8.isValid(bytes, offset + 2, length - 2)) {
            return fail(FrameViolation.REASON_NOT_UTF8, sink);
        }
        sink.close(code, bytes, offset + 2, length - 2);
        return STOPPED;
    }

    private static PartialFrame fail(FrameViolation violation, FrameSink sink) {
        sink.violation(violation);
        return STOPPED;
    }
}
