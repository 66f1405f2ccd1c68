package dev.millipede.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Who may call the API: whoever sends a configured key in the header {@code X-API-Key}, and in that header only, as
 * addresses end up in logs. Who asks for metrics may send it as a bearer, as Prometheus knows no other header before 2.55.
 * Holds digests, so that comparing takes the same time whatever is sent. Safe on any thread.
 */
final class ApiKeys {
    private static final CharSequence HEADER = HttpHeaders.createOptimized("X-API-Key");
    private static final String BEARER = "Bearer ";

    private volatile List<byte[]> digests;

    ApiKeys(List<String> keys) {
        digests = digests(keys);
    }

    /** From now on these, and no others. */
    void use(List<String> keys) {
        digests = digests(keys);
    }

    private static List<byte[]> digests(List<String> keys) {
        return keys.stream().filter(key -> !key.isEmpty()).map(ApiKeys::digest).toList();
    }

    /** Whether the request has the header once and with a key; never where no key is configured. */
    boolean accept(HttpServerRequest request) {
        List<String> values = request.headers().getAll(HEADER);
        return values.size() == 1 && accept(values.get(0));
    }

    /** The same, or {@code Authorization: Bearer} with a key, once. */
    boolean acceptScraper(HttpServerRequest request) {
        List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        if (values.size() == 1 && values.get(0).startsWith(BEARER)) {
            return accept(values.get(0).substring(BEARER.length()));
        }
        return accept(request);
    }

    private boolean accept(String key) {
        byte[] digest = digest(key);
        boolean accepted = false;
        for (byte[] each : digests) {
            accepted |= MessageDigest.isEqual(each, digest);
        }
        return accepted;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
