package dev.millipede.api;

import dev.millipede.channel.Channel;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.StaticHandler;
import java.util.List;
import java.util.function.Function;

/**
 * What exists in development mode only: a token for anybody and the page at {@code /}. To be mounted behind {@link
 * DevelopmentGuard} and, as the page answers every path it has a file for, after all other routes. Safe on any thread.
 */
public final class DevelopmentRoutes {
    /** 'self' covers the page's web socket too: Firefox, Chrome since 71, Safari since 16. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Function<String, String> mint;
    private final String page;

    /**
     * Serves the page in the jar.
     *
     * @param mint makes a connection token of a user id
     */
    public DevelopmentRoutes(Function<String, String> mint) {
        this(mint, "console");
    }

    /** Serves a page elsewhere on the class path. */
    DevelopmentRoutes(Function<String, String> mint, String page) {
        this.mint = mint;
        this.page = page;
    }

    /** Adds {@code GET /dev/token?user=…} and the page. */
    public void mount(Router router) {
        router.get("/dev/token").handler(context -> token(context.request(), context.queryParam("user")));
        StaticHandler files = StaticHandler.create(page)
                .setCachingEnabled(false)
                .setDirectoryListing(false)
                .setIncludeHidden(false);
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(context -> {
            context.response()
                    .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .putHeader("Referrer-Policy", "no-referrer")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            files.handle(context);
        });
    }

    private void token(HttpServerRequest request, List<String> users) {
        if (users.size() != 1 || users.get(0).isEmpty() || !Channel.isValid("user:" + users.get(0))) {
            Answer.json(
                    request,
                    400,
                    new JsonObject().put("error", "user must be 1 to 250 printable ASCII characters without spaces"));
            return;
        }
        String user = users.get(0);
        Answer.json(
                request, 200, new JsonObject().put("token", mint.apply(user)).put("user", user));
    }
}
