package dev.millipede.auth;

import dev.millipede.metrics.Metrics;
import java.time.InstantSource;
import java.util.List;

/** Authenticators for tests of others: they have no issuer and no elliptic curves, and so need no Vert.x. */
public final class Authenticators {
    private Authenticators() {}

    /** Lets anonymous connections in, and tokens of this secret, with an end or without. */
    public static Authenticator of(String secret, boolean insecure, InstantSource clock, Metrics metrics) {
        AuthConfig defaults = AuthConfig.DEFAULTS;
        return of(
                new AuthConfig(
                        true,
                        secret,
                        null,
                        null,
                        null,
                        defaults.jwks(),
                        null,
                        null,
                        false,
                        defaults.expiryGrace(),
                        defaults.revocation(),
                        insecure),
                clock,
                metrics);
    }

    /** Lets nobody in. */
    public static Authenticator none() {
        return of(AuthConfig.DEFAULTS, InstantSource.system(), new Metrics(List.of(), 0));
    }

    @SuppressWarnings("NullAway") // only what is verified elsewhere asks for Vert.x
    private static Authenticator of(AuthConfig config, InstantSource clock, Metrics metrics) {
        return new Authentication(null, config, clock, metrics).authenticator();
    }
}
