package dev.millipede.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.auth.TokenMint.Order;
import dev.millipede.channel.Channel;
import dev.millipede.config.ConfigCursor;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonPayload;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens of strangers are never valid, those of an issuer that says anything never more than they say. */
class TokensFuzzTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));
    private static final TokenMint MINT = new TokenMint(SECRET, CLOCK);
    private static final List<String> GENUINE = List.of(
            MINT.mint("42", 600, null),
            MINT.mint(new Order("42", 600, null, "room:1", null, "id", null, null)),
            MINT.mint("", 1, JsonPayload.parse("{\"a\":1}".getBytes(UTF_8), 0, 7)));

    private final Authenticator authenticator = authenticator();

    @SuppressWarnings("NullAway") // Vert.x is asked for a context only where a curve's signature is verified
    private static Authenticator authenticator() {
        AuthConfig config = AuthConfig.read(ConfigCursor.of(new JsonObject().put("hmacSecret", SECRET)));
        return new Authenticator(
                null,
                config,
                new Judgement(config, CLOCK),
                new KeyRing(SignatureKey.ofSecret(SECRET)),
                null,
                new TokenThreads(),
                new Metrics(List.of(), 1));
    }

    @FuzzTest
    void onlyWhatTheKeySignedIsValid(byte[] bytes) {
        Input input = new Input(bytes);
        int choice = input.below(4);
        switch (choice) {
            case 0 -> stranger(input.text());
            case 1 -> stranger(changed(input));
            case 2 -> stranger(segment(input.take(input.number())) + '.' + segment(input.rest()) + '.');
            default -> issued(input);
        }
    }

    private void stranger(String token) {
        Held.within(96L * token.length() + 131_072, () -> judge(token));
        TokenVerdict verdict = done(authenticator.identify(token));
        SubscriptionVerdict subscription = done(authenticator.authorize(token));
        if (verdict instanceof TokenVerdict.Valid || subscription instanceof SubscriptionVerdict.Valid) {
            Held.that(token.isEmpty() || GENUINE.stream().anyMatch(each -> same(each, token)), "not what was signed");
        }
    }

    private void judge(String token) {
        done(authenticator.identify(token));
        done(authenticator.authorize(token));
    }

    /** A signature has several spellings: bits of its last character mean nothing. */
    private static boolean same(String genuine, String token) {
        int dot = genuine.lastIndexOf('.');
        return token.startsWith(genuine.substring(0, dot + 1))
                && segment(Base64.getUrlDecoder().decode(token.substring(dot + 1)))
                        .equals(genuine.substring(dot + 1));
    }

    private static String changed(Input input) {
        StringBuilder token = new StringBuilder(GENUINE.get(input.below(GENUINE.size())));
        for (int i = 1 + input.below(4); i > 0; i--) {
            int at = (input.number() << 8 | input.number()) % token.length();
            switch (input.below(3)) {
                case 0 -> token.setCharAt(at, (char) input.number());
                case 1 -> token.deleteCharAt(at);
                default -> token.insert(at, input.chars(input.below(4)));
            }
        }
        return token.toString();
    }

    /** Signed with the key, whatever it says. */
    private void issued(Input input) {
        String header = input.flag() ? "{\"alg\":\"HS256\"}" : new String(input.take(input.number()), UTF_8);
        byte[] claims = input.rest();
        String signed = segment(header.getBytes(UTF_8)) + '.' + segment(claims);
        String token = signed + '.' + segment(mac(signed));
        long now = CLOCK.millis() / 1000;
        if (done(authenticator.identify(token)) instanceof TokenVerdict.Valid valid) {
            Identity identity = valid.identity();
            Held.that(identity.user().isEmpty() || Channel.isValid("user:" + identity.user()), "no user");
            Held.that(identity.expiresAt() == 0 || identity.expiresAt() > now, "over");
            Held.that(identity.info() == null || isJson(identity.info().bytes()), "info that is no JSON");
            Held.that(valid.channels().size() <= Claims.MAX_CHANNELS, "too many channels");
            valid.channels().forEach(each -> Held.that(Channel.isValid(each.name()), "no channel"));
            JsonObject said = new JsonObject(new String(claims, UTF_8));
            Held.that(said.getValue("exp") instanceof Number && !said.containsKey("channel"), "not what is asked for");
        }
        if (done(authenticator.authorize(token)) instanceof SubscriptionVerdict.Valid valid) {
            Held.that(Channel.isValid(valid.channel()), "no channel");
            Held.that(valid.expiresAt() == 0 || valid.expiresAt() > now, "over");
            Held.that(valid.data() == null || isJson(valid.data().bytes()), "data that is no JSON");
        }
    }

    private static boolean isJson(byte[] bytes) {
        return bytes.length <= Claims.MAX_INFO_LENGTH && JsonPayload.parse(bytes, 0, bytes.length) != null;
    }

    private static <T> T done(Future<T> future) {
        Held.that(future.succeeded(), "not answered at once");
        return future.result();
    }

    private static String segment(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] mac(String signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(signed.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
