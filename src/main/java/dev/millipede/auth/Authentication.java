package dev.millipede.auth;

import dev.millipede.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows to tell a genuine token by: the keys of its configuration, those of an issuer, and the threads that
 * verify. Safe on any thread.
 */
public final class Authentication {
    private final Vertx vertx;
    private final AuthConfig config;
    private final InstantSource clock;
    private final Metrics metrics;
    private final KeyRing fixed;
    private final @Nullable JwksKeys jwks;
    private final TokenThreads threads;

    /**
     * Reads the key files of the configuration. Blocks for that.
     *
     * @param clock wall clock
     * @throws IllegalArgumentException when a key file cannot be used any more
     */
    public Authentication(Vertx vertx, AuthConfig config, InstantSource clock, Metrics metrics) {
        this(vertx, config, clock, metrics, issuer(vertx, config, clock, metrics), new TokenThreads());
    }

    private Authentication(
            Vertx vertx,
            AuthConfig config,
            InstantSource clock,
            Metrics metrics,
            @Nullable JwksKeys jwks,
            TokenThreads threads) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.metrics = metrics;
        this.fixed = new KeyRing(keys(config));
        this.jwks = jwks;
        this.threads = threads;
    }

    private static @Nullable JwksKeys issuer(Vertx vertx, AuthConfig config, InstantSource clock, Metrics metrics) {
        return config.jwks().url() == null ? null : new JwksKeys(vertx, config.jwks(), clock, metrics);
    }

    /**
     * By another configuration, to be {@link #start}ed, after which this one is {@link #retire}d. The keys of an issuer that
     * stays are kept, so that it need not answer now; key files are read again. Blocks for that.
     *
     * @throws IllegalArgumentException when a key file cannot be used
     */
    public Authentication with(AuthConfig next) {
        JwksKeys kept = next.jwks().equals(config.jwks()) ? jwks : issuer(vertx, next, clock, metrics);
        return new Authentication(vertx, next, clock, metrics, kept, threads);
    }

    /** The other one, made by {@link #with}, is used from now on: an issuer that is none any more is asked no more. */
    public void retire(Authentication next) {
        if (jwks != null && jwks != next.jwks) {
            jwks.close();
        }
    }

    private static List<SignatureKey> keys(AuthConfig config) {
        List<SignatureKey> keys = new ArrayList<>();
        addSecret(keys, config.hmacSecret());
        addSecret(keys, config.previousHmacSecret());
        addFile(keys, "publicKey", config.publicKey());
        addFile(keys, "previousPublicKey", config.previousPublicKey());
        return keys;
    }

    private static void addSecret(List<SignatureKey> keys, @Nullable String secret) {
        if (secret != null) {
            keys.addAll(SignatureKey.ofSecret(secret));
        }
    }

    private static void addFile(List<SignatureKey> keys, String name, @Nullable String path) {
        try {
            if (path != null) {
                keys.addAll(SignatureKey.ofPublic(PemKey.publicKey(path), null));
            }
        } catch (UnusableKeyException e) {
            throw new IllegalArgumentException("auth." + name + ": " + e.getMessage(), e);
        }
    }

    /** Fetches the issuer's keys, if there is one; succeeds whether it answers or not. */
    public Future<Void> start() {
        if (jwks == null) {
            return Future.succeededFuture();
        }
        metrics.gaugeJwksAge(jwks::ageSeconds);
        return jwks.refresh().mapEmpty();
    }

    /** One for an event loop, which alone may use it. */
    public Authenticator authenticator() {
        return new Authenticator(vertx, config, new Judgement(config, clock), fixed, jwks, threads, metrics);
    }

    /** The issuer is asked no more; what is being verified is finished, what comes later is {@code Unavailable}. */
    public void close() {
        threads.close();
        if (jwks != null) {
            jwks.close();
        }
    }
}
