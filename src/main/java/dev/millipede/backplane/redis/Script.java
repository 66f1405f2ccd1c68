package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The scripts that Redis runs for us, {@code resources/redis/*.lua}; each says at its top what it takes and answers. */
enum Script {
    PUBLISH,
    PUBLISH_ONCE,
    HISTORY,
    AFTER,
    LEASE,
    ENTER,
    COUNTS,
    REVOKE,
    REVOKED_SINCE;

    private final String text;
    private final String sha;

    Script() {
        text = read("/redis/" + name().toLowerCase(Locale.ROOT) + ".lua");
        sha = sha1(text);
    }

    /** What makes all of them known to Redis. */
    static Stream<Request> loads() {
        return Stream.of(values())
                .map(each -> Request.cmd(Command.SCRIPT).arg("LOAD").arg(each.text));
    }

    /** Runs it, once it is known; keys and then arguments are to be added. */
    Request call(int keys) {
        return Request.cmd(Command.EVALSHA).arg(sha).arg(keys);
    }

    private static String read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By which Redis knows a script. */
    private static String sha1(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
