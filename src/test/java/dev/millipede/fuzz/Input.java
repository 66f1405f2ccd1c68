package dev.millipede.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A fuzzer's bytes. Numbers are taken from their end, as long as there are some, so that what stands before them remains
 * readable in a seed.
 */
public final class Input {
    private final byte[] bytes;
    private int from;
    private int to;

    public Input(byte[] bytes) {
        this.bytes = bytes;
        this.to = bytes.length;
    }

    /** The last byte not yet taken, 0..255; 0 when all are. */
    public int number() {
        return from < to ? bytes[--to] & 0xFF : 0;
    }

    /** A number from 0 up to, not including, {@code bound}, which is at most 256. */
    public int below(int bound) {
        return number() % bound;
    }

    public boolean flag() {
        return (number() & 1) != 0;
    }

    public boolean isEmpty() {
        return from == to;
    }

    /** The first bytes not yet taken, as many as there are up to {@code count}. */
    public byte[] take(int count) {
        int end = Math.min(to, from + count);
        byte[] taken = Arrays.copyOfRange(bytes, from, end);
        from = end;
        return taken;
    }

    /** As {@link #take}, one char for two bytes, so that any string can come, also one that is no text. */
    public String chars(int count) {
        byte[] taken = take(2 * count);
        return new String(taken, 0, taken.length & ~1, StandardCharsets.UTF_16BE);
    }

    /** All bytes not yet taken. */
    public byte[] rest() {
        return take(to - from);
    }

    /** All bytes not yet taken as text; what is no UTF-8 becomes U+FFFD. */
    public String text() {
        return new String(rest(), StandardCharsets.UTF_8);
    }
}
