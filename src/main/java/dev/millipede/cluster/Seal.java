package dev.millipede.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Makes control records that only members can make, and opens those of others:
 *
 * <pre>
 *   form 1 | kind 1 | sent at 8 | length of uid 1 | uid | body | HMAC-SHA256 of all before 32
 * </pre>
 *
 * <p>Form 2 is sealed, form 1 has no seal at its end: that of nodes without a secret, which are on loopback. The time is
 * also the sequence number: a record counts if it is within {@link #WINDOW_MILLIS} of our clock and newer than all that
 * was heard from its sender. So a sender has to be remembered for no longer than that, and a record kept by a stranger
 * is worth nothing after it. Nothing here throws on what it is given. Confined to one thread, without a clock.
 */
final class Seal {
    /** How far apart the clocks of two nodes may be, with the way of the record, in milliseconds. */
    static final long WINDOW_MILLIS = 60_000;

    /** The longest record, in bytes. */
    static final int MAX_LENGTH = 16 * 1024;

    /** Senders remembered at the most. */
    static final int MAX_SENDERS = 1024;

    private static final byte PLAIN = 1;
    private static final byte SEALED = 2;
    private static final int UID_AT = 11;
    private static final int SEAL_LENGTH = 32;
    private static final Pattern UID = Pattern.compile("[!-~]{1,64}");

    private final byte[] uid;
    private final @Nullable Mac mac;
    private final Map<String, Long> lastHeard = new HashMap<>();
    private long lastSent;

    /** @param mac makes the seal; null: without */
    Seal(String uid, @Nullable Mac mac) {
        assert UID.matcher(uid).matches() : "the others would not read it";
        this.uid = uid.getBytes(US_ASCII);
        this.mac = mac;
    }

    /** @param now milliseconds since 1970 */
    Buffer seal(ControlKind kind, Buffer body, long now) {
        lastSent = Math.max(now, lastSent + 1);
        Buffer wire = Buffer.buffer(UID_AT + uid.length + body.length() + SEAL_LENGTH)
                .appendByte(mac == null ? PLAIN : SEALED)
                .appendByte(kind.code())
                .appendLong(lastSent)
                .appendByte((byte) uid.length)
                .appendBytes(uid)
                .appendBuffer(body);
        if (mac != null) {
            wire.appendBytes(mac.doFinal(wire.getBytes()));
        }
        assert wire.length() <= MAX_LENGTH : "the others would not read it";
        return wire;
    }

    /** @param now milliseconds since 1970 */
    Opened open(Buffer wire, long now) {
        if (wire.length() > MAX_LENGTH) {
            return Rejection.SIZE;
        }
        int end = wire.length() - (mac == null ? 0 : SEAL_LENGTH);
        if (end <= UID_AT || wire.getByte(0) != (mac == null ? PLAIN : SEALED)) {
            return mac == null ? Rejection.MALFORMED : Rejection.SEAL;
        }
        if (mac != null
                && !MessageDigest.isEqual(mac.doFinal(wire.getBytes(0, end)), wire.getBytes(end, wire.length()))) {
            return Rejection.SEAL;
        }
        int bodyAt = UID_AT + wire.getUnsignedByte(UID_AT - 1);
        if (bodyAt > end) {
            return Rejection.MALFORMED;
        }
        String sender = new String(wire.getBytes(UID_AT, bodyAt), US_ASCII);
        if (!UID.matcher(sender).matches()) {
            return Rejection.MALFORMED;
        }
        long sentAt = wire.getLong(2);
        Rejection stale = hear(sender, sentAt, now);
        if (stale != null) {
            return stale;
        }
        ControlKind kind = ControlKind.of(wire.getByte(1));
        return kind == null ? Rejection.KIND : new ControlRecord(kind, sender, sentAt, wire.getBuffer(bodyAt, end));
    }

    private @Nullable Rejection hear(String sender, long sentAt, long now) {
        if (sentAt < now - WINDOW_MILLIS || sentAt > now + WINDOW_MILLIS) {
            return Rejection.CLOCK;
        }
        Long last = lastHeard.get(sender);
        if (last != null && sentAt <= last) {
            return Rejection.REPLAY;
        }
        if (last == null && lastHeard.size() >= MAX_SENDERS) {
            lastHeard.values().removeIf(heard -> heard < now - WINDOW_MILLIS);
            if (lastHeard.size() >= MAX_SENDERS) {
                return Rejection.FULL;
            }
        }
        lastHeard.put(sender, sentAt);
        return null;
    }
}
