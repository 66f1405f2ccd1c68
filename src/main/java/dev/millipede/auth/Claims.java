package dev.millipede.auth;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Payload;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the claims of a genuine token (client protocol §10). A claim that is null counts as absent; of one that is there
 * twice the last counts (RFC 7519 §4). JSON in claims is re-encoded compactly (numbers beyond 64 bits with a fraction or
 * exponent lose precision here). Confined to one thread.
 */
final class Claims {
    /** The longest {@code info}, in bytes. */
    static final int MAX_INFO_LENGTH = 4 * 1024;

    /** The most channels in {@code channels} and {@code subs} together. */
    static final int MAX_CHANNELS = 64;

    private static final int MAX_ID_LENGTH = 256;

    private final JsonObject claims;
    private final SharedPayloads shared;

    Claims(JsonObject claims, SharedPayloads shared) {
        this.claims = claims;
        this.shared = shared;
    }

    boolean has(String claim) {
        return claims.getValue(claim) != null;
    }

    /** Whether the claim is there at all, be it null. */
    boolean mentions(String claim) {
        return claims.containsKey(claim);
    }

    /** The user of {@code sub}, "" for anonymous; it must be able to name a channel. */
    String user() throws RefusedException {
        Object sub = claims.getValue("sub");
        if (sub == null) {
            return "";
        }
        if (sub instanceof String user && (user.isEmpty() || Channel.isValid("user:" + user))) {
            return user;
        }
        throw new RefusedException("user");
    }

    /**
     * Whole seconds of a NumericDate (RFC 7519 §2), which may have a fraction; saturates.
     *
     * @param absent what no claim stands for
     */
    long seconds(String claim, long absent) throws RefusedException {
        Object date = claims.getValue(claim);
        if (date == null) {
            return absent;
        }
        if (!(date instanceof Number number)) {
            throw new RefusedException("times");
        }
        return number instanceof Integer || number instanceof Long ? number.longValue() : (long) number.doubleValue();
    }

    /** A text of up to 256 characters, "" where it is absent. */
    String id(String claim, String reason) throws RefusedException {
        Object id = claims.getValue(claim);
        if (id == null) {
            return "";
        }
        if (id instanceof String text && text.length() <= MAX_ID_LENGTH) {
            return text;
        }
        throw new RefusedException(reason);
    }

    /** The {@code channel} of a subscription token. */
    String channel() throws RefusedException {
        if (claims.getValue("channel") instanceof String name && Channel.isValid(name)) {
            return name;
        }
        throw new RefusedException("channel");
    }

    void requireIssuer(@Nullable String issuer) throws RefusedException {
        if (issuer != null && !issuer.equals(claims.getValue("iss"))) {
            throw new RefusedException("issuer");
        }
    }

    /** That {@code aud} is this, or a list that holds it. */
    void requireAudience(@Nullable String audience) throws RefusedException {
        if (audience == null) {
            return;
        }
        Object aud = claims.getValue("aud");
        if (!audience.equals(aud) && !(aud instanceof JsonArray list && list.contains(audience))) {
            throw new RefusedException("audience");
        }
    }

    @Nullable
    Payload info() throws RefusedException {
        return payload(claims, "info", "info");
    }

    @Nullable
    Payload data() throws RefusedException {
        return payload(claims, "data", "data");
    }

    /** Those of {@code channels}, and of {@code subs}, which wins. */
    List<TokenChannel> channels() throws RefusedException {
        Map<String, TokenChannel> channels = new LinkedHashMap<>();
        Object plain = claims.getValue("channels");
        Object subs = claims.getValue("subs");
        if (plain == null && subs == null) {
            return List.of();
        }
        for (Object name : plain == null ? List.of() : list(plain)) {
            add(channels, name, null);
        }
        if (subs instanceof JsonObject object) {
            for (String name : object.fieldNames()) {
                add(channels, name, object.getValue(name));
            }
        } else if (subs != null) {
            throw new RefusedException("channels");
        }
        return List.copyOf(channels.values());
    }

    private static Iterable<?> list(Object claim) throws RefusedException {
        if (claim instanceof JsonArray array) {
            return array;
        }
        throw new RefusedException("channels");
    }

    private void add(Map<String, TokenChannel> channels, Object name, @Nullable Object options)
            throws RefusedException {
        if (!(name instanceof String text) || !Channel.isValid(text)) {
            throw new RefusedException("channels");
        }
        if (options != null && !(options instanceof JsonObject)) {
            throw new RefusedException("channels");
        }
        JsonObject found = options instanceof JsonObject object ? object : new JsonObject();
        channels.put(
                text, new TokenChannel(text, payload(found, "info", "channels"), payload(found, "data", "channels")));
        if (channels.size() > MAX_CHANNELS) {
            throw new RefusedException("channels");
        }
    }

    /** The JSON of a claim, or where it is absent that in its base64 twin: {@code b64info}, {@code b64data}. */
    private @Nullable Payload payload(JsonObject from, String claim, String reason) throws RefusedException {
        Object value = from.getValue(claim);
        if (value == null) {
            Object base64 = from.getValue("b64" + claim);
            if (base64 == null) {
                return null;
            }
            value = decoded(base64, reason);
        }
        byte[] json = Json.encode(value).getBytes(StandardCharsets.UTF_8);
        if (json.length > MAX_INFO_LENGTH) {
            throw new RefusedException(reason);
        }
        return shared.of(json);
    }

    private static @Nullable Object decoded(Object base64, String reason) throws RefusedException {
        if (base64 instanceof String text) {
            try {
                return Json.decodeValue(Buffer.buffer(Base64.getDecoder().decode(text)));
            } catch (RuntimeException e) {
                throw new RefusedException(reason);
            }
        }
        throw new RefusedException(reason);
    }
}
