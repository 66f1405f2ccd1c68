package dev.millipede.websocket;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake (RFC 6455 section 4.2): checks of the request before anything is promised, and the values of the
 * answer.
 */
final class Handshake {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** The one subprotocol name we answer to; clients of the JSON format normally offer none. */
    static final String SUBPROTOCOL = "centrifuge-json";

    private final List<String> allowedOrigins;

    Handshake(List<String> allowedOrigins) {
        this.allowedOrigins = allowedOrigins;
    }

    /** The HTTP status a request is refused with, or 0 when it may be upgraded. */
    int refusal(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (request.version() != HttpVersion.HTTP_1_1 || !HttpMethod.GET.equals(request.method())) {
            return 400;
        }
        if (!"websocket".equalsIgnoreCase(headers.get("Upgrade")) || !hasToken(headers, "Connection", "upgrade")) {
            return 426;
        }
        if (!"13".equals(headers.get("Sec-WebSocket-Version"))) {
            return 426;
        }
        if (!isKey(headers.get("Sec-WebSocket-Key")) || hasBody(headers)) {
            return 400;
        }
        return Origins.allowed(headers.getAll("Origin"), headers.get("Host"), allowedOrigins) ? 0 : 403;
    }

    /** The JDK's own client says that it has a body of no length. */
    private static boolean hasBody(MultiMap headers) {
        return headers.contains("Transfer-Encoding")
                || !headers.getAll("Content-Length").stream().allMatch("0"::equals);
    }

    private static boolean isKey(@Nullable String key) {
        if (key == null || key.length() != 24) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hasToken(MultiMap headers, String name, String token) {
        for (String value : headers.getAll(name)) {
            for (String each : value.split(",", -1)) {
                if (each.trim().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the client offers our subprotocol, which then must be echoed (client protocol §1). */
    static boolean offersSubprotocol(HttpServerRequest request) {
        return hasToken(request.headers(), "Sec-WebSocket-Protocol", SUBPROTOCOL);
    }

    /** The answer to a key: its SHA-1 with the protocol's GUID, in Base64. */
    static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
