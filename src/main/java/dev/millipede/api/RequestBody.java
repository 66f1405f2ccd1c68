package dev.millipede.api;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Collects a request's body up to a bound, whatever its content type: curl calls everything a form. Past the bound it
 * answers 413 at once and drops the rest.
 */
final class RequestBody {
    /** The longest body, in bytes. */
    static final int MAX_BYTES = 1 << 20;

    private final HttpServerRequest request;
    private final Buffer body = Buffer.buffer();
    private boolean refused;

    private RequestBody(HttpServerRequest request) {
        this.request = request;
    }

    /** Must be called while the request is being handled; calls the handler when the body is there and not too long. */
    static void read(HttpServerRequest request, Handler<byte[]> handler) {
        RequestBody reading = new RequestBody(request);
        if (declaredLength(request) > MAX_BYTES) {
            reading.refuse();
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(reading::chunk);
        request.endHandler(end -> {
            if (!reading.refused) {
                handler.handle(reading.body.getBytes());
            }
        });
    }

    private void chunk(Buffer chunk) {
        if (refused) {
            return;
        }
        if (body.length() + chunk.length() > MAX_BYTES) {
            refuse();
        } else {
            body.appendBuffer(chunk);
        }
    }

    private void refuse() {
        refused = true;
        Answer.empty(request, 413);
    }

    /** What the header says, 0 where there is none; the HTTP codec has refused any that is not a number. */
    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }
}
