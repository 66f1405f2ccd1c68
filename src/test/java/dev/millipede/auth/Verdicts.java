package dev.millipede.auth;

import dev.millipede.config.ConfigCursor;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/** Verdicts in one word, for tables. */
final class Verdicts {
    private Verdicts() {}

    static AuthConfig config(JsonObject section) {
        return AuthConfig.read(ConfigCursor.of(section));
    }

    static TokenVerdict of(Authenticator authenticator, String token) {
        return await(authenticator.identify(token));
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** {@code valid}, {@code expired}, {@code unavailable: why}, or why it is invalid. */
    static String word(TokenVerdict verdict) {
        return verdict instanceof TokenVerdict.Valid
                ? "valid"
                : verdict instanceof TokenVerdict.Expired
                        ? "expired"
                        : verdict instanceof TokenVerdict.Invalid invalid
                                ? invalid.reason()
                                : "unavailable: " + ((TokenVerdict.Unavailable) verdict).reason();
    }

    static String word(Authenticator authenticator, String token) {
        return word(of(authenticator, token));
    }
}
