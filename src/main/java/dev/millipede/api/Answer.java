package dev.millipede.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/** How this package ends a response. Nothing is said to a client that has gone away. */
final class Answer {
    private static final CharSequence ERROR_MODE = HttpHeaders.createOptimized("X-Centrifugo-Error-Mode");

    private Answer() {}

    /** A call that was carried out. */
    static void result(HttpServerRequest request, JsonObject result) {
        json(request, 200, new JsonObject().put("result", result));
    }

    /** A call that was not: status 200 and the error, or, in transport error mode, its status and the bare error. */
    static void error(HttpServerRequest request, ApiError error) {
        error(request, 200, error);
    }

    /** The same for a call whose status is {@code status} where the mode does not say otherwise. */
    static void error(HttpServerRequest request, int status, ApiError error) {
        if ("transport".equals(request.getHeader(ERROR_MODE))) {
            json(request, error.httpStatus(), error.json());
        } else {
            json(request, status, new JsonObject().put("error", error.json()));
        }
    }

    static void json(HttpServerRequest request, int status, JsonObject body) {
        text(request, status, "application/json", body.encode());
    }

    static void text(HttpServerRequest request, int status, String type, String body) {
        text(request, status, type, Buffer.buffer(body));
    }

    static void text(HttpServerRequest request, int status, String type, Buffer body) {
        HttpServerResponse response = request.response();
        if (!response.ended() && !response.closed()) {
            response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type);
            headers(response).end(body);
        }
    }

    static void empty(HttpServerRequest request, int status) {
        HttpServerResponse response = request.response();
        if (!response.ended() && !response.closed()) {
            headers(response.setStatusCode(status)).end();
        }
    }

    private static HttpServerResponse headers(HttpServerResponse response) {
        return response.putHeader("X-Content-Type-Options", "nosniff").putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
