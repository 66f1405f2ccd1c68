package dev.millipede;

import dev.millipede.api.ApiRoutes;
import dev.millipede.api.DevelopmentGuard;
import dev.millipede.api.DevelopmentRoutes;
import dev.millipede.api.ErrorAnswers;
import dev.millipede.api.MetricsAccess;
import dev.millipede.auth.TokenMint;
import dev.millipede.tls.TlsMaterial;
import dev.millipede.websocket.PublicDoor;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Which routes stand on which listener, by configuration. */
final class NodeHttp {
    private static final long DEVELOPMENT_TTL_SECONDS = 24 * 60 * 60;

    private final NodeConfig config;
    private final ApiRoutes api;
    private final @Nullable DevelopmentRoutes development;

    NodeHttp(NodeConfig config, ApiRoutes api, InstantSource clock) {
        this.config = config;
        this.api = api;
        String secret = config.auth().hmacSecret();
        this.development = config.development() && secret != null ? development(secret, clock) : null;
    }

    private static DevelopmentRoutes development(String secret, InstantSource clock) {
        TokenMint mint = new TokenMint(secret, clock);
        return new DevelopmentRoutes(user -> mint.mint(user, DEVELOPMENT_TTL_SECONDS, null));
    }

    /** The public listener. In development mode with the page, on a shared port with the API, else with nothing else. */
    PublicDoor publicDoor(Vertx vertx, @Nullable TlsMaterial tls) {
        Router router = Router.router(vertx);
        ErrorAnswers.mount(router);
        if (config.development()) {
            DevelopmentGuard.mount(router);
        }
        if (config.sharesPublicListener()) {
            api.mount(router, config.metrics().enabled() ? MetricsAccess.KEYED : MetricsAccess.OFF);
        }
        if (development != null) {
            development.mount(router);
        }
        return new PublicDoor(
                config.http(),
                tls,
                router,
                config.sharesPublicListener(),
                config.development() ? DevelopmentGuard::refusal : request -> 0);
    }

    /** The internal listener's routes. */
    void internal(Router router) {
        if (config.development()) {
            DevelopmentGuard.mount(router);
        }
        boolean open = Loopback.is(config.internal().host());
        MetricsAccess access = open ? MetricsAccess.OPEN : MetricsAccess.KEYED;
        api.mount(router, config.metrics().enabled() ? access : MetricsAccess.OFF);
    }
}
