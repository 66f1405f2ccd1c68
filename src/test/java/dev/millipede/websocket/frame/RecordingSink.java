package dev.millipede.websocket.frame;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Remembers what was reported, each item as one line: its kind, then bytes in hex. */
final class RecordingSink implements FrameSink {
    private final List<String> events = new ArrayList<>();
    private final int stopAfter;

    RecordingSink() {
        this(Integer.MAX_VALUE);
    }

    /** A sink that is no longer open once it has this many events. */
    RecordingSink(int stopAfter) {
        this.stopAfter = stopAfter;
    }

    static String event(String kind, byte[] bytes) {
        return event(kind, bytes, 0, bytes.length);
    }

    private static String event(String kind, byte[] bytes, int offset, int length) {
        return (kind + " " + HexFormat.of().formatHex(bytes, offset, offset + length)).strip();
    }

    List<String> events() {
        return events;
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        events.add(event("text", bytes, offset, length));
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
        events.add(event("binary", bytes, offset, length));
    }

    @Override
    public void ping(byte[] bytes, int offset, int length) {
        events.add(event("ping", bytes, offset, length));
    }

    @Override
    public void pong(byte[] bytes, int offset, int length) {
        events.add(event("pong", bytes, offset, length));
    }

    @Override
    public void close(int code, byte[] bytes, int offset, int length) {
        events.add(event("close " + code, bytes, offset, length));
    }

    @Override
    public void violation(FrameViolation violation) {
        events.add("violation " + violation);
    }

    @Override
    public boolean open() {
        return events.size() < stopAfter;
    }
}
