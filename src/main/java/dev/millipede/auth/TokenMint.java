package dev.millipede.auth;

import dev.millipede.channel.Payload;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.jwt.JWTAuth;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Makes connection tokens signed with HS256, for development and tests. Safe on any thread. */
public final class TokenMint {
    private final JWTAuth jwt;
    private final InstantSource clock;

    /**
     * @param secret the key, its UTF-8 bytes
     * @throws IllegalArgumentException when the secret is empty
     */
    public TokenMint(String secret, InstantSource clock) {
        this.jwt = Hs256.provider(secret);
        this.clock = clock;
    }

    /**
     * A token of a user.
     *
     * @param user the user id; "" for the anonymous user
     * @param ttl seconds from now until it expires; 0 when it never does
     * @param info JSON for {@code conn_info}, or null
     */
    public String mint(String user, long ttl, @Nullable Payload info) {
        long now = Math.floorDiv(clock.millis(), 1000L);
        JsonObject claims = new JsonObject();
        if (!user.isEmpty()) {
            claims.put("sub", user);
        }
        claims.put("iat", now);
        if (ttl != 0) {
            claims.put("exp", now + ttl);
        }
        if (info != null) {
            claims.put("info", Json.decodeValue(Buffer.buffer(info.bytes())));
        }
        return jwt.generateToken(claims);
    }
}
