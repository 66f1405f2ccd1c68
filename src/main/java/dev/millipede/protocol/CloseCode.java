package dev.millipede.protocol;

/**
 * Why the server closes a connection: the code and the plain-text reason of the close frame (client protocol §7).
 *
 * <p>SDKs reconnect after 3000–3499 and stay away after 3500–3999, the latter only if the reason is not empty. A reason
 * must never be digits or JSON: SDKs read those as legacy advice.
 */
public enum CloseCode {
    /** The peer went away or closed first; never sent by us. */
    GONE(3000, "connection closed"),
    SHUTDOWN(3001, "shutdown"),
    INTERNAL(3004, "internal server error"),
    /** The token expired and was not refreshed in time. */
    EXPIRED(3005, "connection expired"),
    /** The unsent bytes of this connection passed their bound. */
    SLOW(3008, "slow"),
    /** No pong within its time. */
    NO_PONG(3012, "no pong"),
    /** Far more commands than it may send. */
    TOO_MANY_REQUESTS(3013, "too many requests"),
    INVALID_TOKEN(3500, "invalid token"),
    BAD_REQUEST(3501, "bad request"),
    /** No connect command within its time. */
    STALE(3502, "stale"),
    FORCE_DISCONNECT(3503, "force disconnect"),
    /** The user has as many connections as allowed. */
    CONNECTION_LIMIT(3504, "connection limit"),
    /** The token has the server subscribe it to more channels than a connection may have. */
    CHANNEL_LIMIT(3505, "channel limit"),
    /** A binary frame on a JSON connection. */
    INAPPROPRIATE_PROTOCOL(3506, "inappropriate protocol"),
    NOT_AVAILABLE(3508, "not available");

    private final int code;
    private final String reason;

    CloseCode(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }
}
