package dev.millipede.bus;

/**
 * A publication's push, or its body where it stands in a reply, in each wire format: encoded once on this node and shared by
 * all instances. Never written to.
 */
public final class Envelopes {
    private final byte[] json;

    public Envelopes(byte[] json) {
        this.json = json;
    }

    /** What it is in the JSON format, without a WebSocket header; not a copy. */
    public byte[] json() {
        return json;
    }

    /** Bytes charged against an instance's delivery budget. */
    public int length() {
        return json.length;
    }
}
