package dev.millipede.auth;

import io.vertx.core.json.JsonObject;

/** What became of a token's header and signature; its claims are not judged yet. */
sealed interface Checked {
    record Genuine(JsonObject claims) implements Checked {}

    record Refused(String reason) implements Checked {}

    record Unavailable(String reason) implements Checked {}
}
