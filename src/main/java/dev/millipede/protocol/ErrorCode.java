package dev.millipede.protocol;

/**
 * The errors a command or an API call can be answered with (client protocol §7); with {@link CloseCode} the whole error
 * language of sockets, HTTP and metrics.
 */
public enum ErrorCode {
    /** Something of ours failed or is away; the client may try again. */
    INTERNAL(100, "internal server error", true),
    UNAUTHORIZED(101, "unauthorized", false),
    /** The channel's namespace is not configured. */
    UNKNOWN_CHANNEL(102, "unknown channel", false),
    PERMISSION_DENIED(103, "permission denied", false),
    METHOD_NOT_FOUND(104, "method not found", false),
    ALREADY_SUBSCRIBED(105, "already subscribed", false),
    /** A limit of this connection is reached, for example its number of channels. */
    LIMIT_EXCEEDED(106, "limit exceeded", false),
    /** A malformed channel name, empty data, a missing field. */
    BAD_REQUEST(107, "bad request", false),
    /** The feature is not there or off in this namespace. */
    NOT_AVAILABLE(108, "not available", false),
    TOKEN_EXPIRED(109, "token expired", false),
    EXPIRED(110, "expired", false),
    TOO_MANY_REQUESTS(111, "too many requests", true),
    UNRECOVERABLE_POSITION(112, "unrecoverable position", false);

    private final int code;
    private final String message;
    private final boolean temporary;

    ErrorCode(int code, String message, boolean temporary) {
        this.code = code;
        this.message = message;
        this.temporary = temporary;
    }

    public int code() {
        return code;
    }

    public String message() {
        return message;
    }

    /** Whether the same command may succeed later; SDKs then retry with backoff. */
    public boolean temporary() {
        return temporary;
    }
}
