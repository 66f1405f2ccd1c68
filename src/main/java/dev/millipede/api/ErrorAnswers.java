package dev.millipede.api;

import io.vertx.ext.web.Router;

/** What a router says when no route answers: a status and nothing else, and no line in the log for a client's mistake. */
public final class ErrorAnswers {
    private ErrorAnswers() {}

    /** Sets them for 400, 404 and 405; a 500 is ours and keeps Vert.x' log entry. */
    public static void mount(Router router) {
        for (int status : new int[] {400, 404, 405}) {
            router.errorHandler(status, context -> Answer.empty(context.request(), status));
        }
    }
}
