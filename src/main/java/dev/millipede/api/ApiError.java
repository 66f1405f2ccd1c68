package dev.millipede.api;

import dev.millipede.protocol.ErrorCode;
import io.vertx.core.json.JsonObject;

/** Why a call was not carried out, in the words of the server API. */
record ApiError(ErrorCode code, String message) {
    static ApiError of(ErrorCode code) {
        return new ApiError(code, code.message());
    }

    /** With what exactly is wrong behind the code's own words. */
    static ApiError of(ErrorCode code, String detail) {
        return new ApiError(code, code.message() + ": " + detail);
    }

    JsonObject json() {
        return new JsonObject().put("code", code.code()).put("message", message);
    }

    /** The HTTP status of this error in transport error mode. */
    int httpStatus() {
        return switch (code) {
            case UNKNOWN_CHANNEL, METHOD_NOT_FOUND -> 404;
            case BAD_REQUEST, NOT_AVAILABLE -> 400;
            case UNRECOVERABLE_POSITION -> 416;
            default -> 500;
        };
    }
}
