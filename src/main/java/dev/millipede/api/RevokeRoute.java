package dev.millipede.api;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.backplane.Revocations;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.ErrorCode;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/** The method {@code revoke}: a user's tokens of before, or one token. Safe on any thread. */
final class RevokeRoute {
    private static final int DEADLINE_SECONDS = 3;

    private final Revocations revocations;
    private final Revocable revocable;
    private final Metrics metrics;

    RevokeRoute(Revocations revocations, Revocable revocable, Metrics metrics) {
        this.revocations = revocations;
        this.revocable = revocable;
        this.metrics = metrics;
    }

    void revoke(HttpServerRequest request, byte[] body) throws MalformedBodyException {
        RevokeFields fields = RevokeFields.read(body);
        boolean user = !fields.user().isEmpty();
        if (!fields.isOne()) {
            Answer.error(request, ApiError.of(ErrorCode.BAD_REQUEST));
        } else if (user ? !revocable.users() : !revocable.tokens()) {
            Answer.error(request, ApiError.of(ErrorCode.NOT_AVAILABLE));
        } else {
            Revocation revocation = user ? new OfUser(fields.user()) : Revocation.ofId(fields.token());
            revocations
                    .revoke(revocation, revocable.keep())
                    .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .onSuccess(done -> {
                        metrics.revoked(user ? "user" : "token");
                        Answer.result(request, new JsonObject());
                    })
                    .onFailure(failure -> Answer.error(request, ApiError.of(ErrorCode.INTERNAL)));
        }
    }
}
