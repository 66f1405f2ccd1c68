package dev.millipede.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.metrics.Metrics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where signatures of elliptic curves are verified, and how many at once. */
class SlowSignaturesTest {
    private static final String CLAIMS = "{\"sub\":\"42\",\"exp\":9000000000}";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Metrics metrics = new Metrics(List.of(), 0);
    private final Signer signer = Signer.of(Algorithm.ES256);
    private final TokenThreads threads = new TokenThreads();

    @BeforeEach
    void watch() {
        Recording.THREADS.clear();
        Recording.breaks = false;
        Security.insertProviderAt(new Watched(), 1);
    }

    @AfterEach
    void close() {
        Security.removeProvider("Watched");
        threads.close();
        Verdicts.await(vertx.close());
    }

    private Authenticator authenticator() {
        AuthConfig config = Verdicts.config(new JsonObject()
                .put("hmacSecret", signer.secret)
                .put("publicKey", signer.publicFile(folder).toString()));
        InstantSource clock = InstantSource.system();
        KeyRing ring;
        try {
            List<SignatureKey> keys = new ArrayList<>(SignatureKey.ofSecret(signer.secret));
            keys.addAll(SignatureKey.ofPublic(PemKey.publicKey(String.valueOf(config.publicKey())), null));
            ring = new KeyRing(keys);
        } catch (UnusableKeyException e) {
            throw new AssertionError(e);
        }
        return new Authenticator(vertx, config, new Judgement(config, clock), ring, null, threads, metrics);
    }

    @Test
    void theyAreVerifiedOnTokenThreadsAndAnsweredOnTheCallersLoop() {
        Authenticator authenticator = authenticator();
        List<String> tokens =
                IntStream.range(0, 200).mapToObj(i -> signer.token(CLAIMS)).toList();
        Context loop = vertx.getOrCreateContext();
        Promise<Set<String>> answeredOn = Promise.promise();
        loop.runOnContext(go -> {
            String caller = Thread.currentThread().getName();
            Set<String> names = ConcurrentHashMap.newKeySet();
            names.add(caller);
            List<Future<TokenVerdict>> verdicts = new ArrayList<>();
            for (String token : tokens) {
                Future<TokenVerdict> verdict = authenticator.identify(token);
                assertThat(verdict.isComplete()).isFalse();
                verdicts.add(verdict.onSuccess(
                        valid -> names.add(Thread.currentThread().getName())));
            }
            Future.all(verdicts).map(all -> names).onComplete(answeredOn);
        });

        assertThat(Verdicts.await(answeredOn.future())).hasSize(1);
        assertThat(Recording.THREADS).isNotEmpty().allMatch(name -> name.matches("token-[0-3]"));
        assertThat(threads.underWay()).isZero();
    }

    @Test
    void hmacIsVerifiedAtOnce() {
        Future<TokenVerdict> verdict =
                authenticator().identify(signer.as(Algorithm.HS256).token(CLAIMS));

        assertThat(verdict.isComplete()).isTrue();
    }

    @Test
    void beyondThoseUnderWayTheyAreUnavailableAndHmacIsNot() {
        Authenticator authenticator = authenticator();
        for (int i = 0; i < TokenThreads.MAX_UNDER_WAY; i++) {
            assertThat(threads.enter()).isTrue();
        }

        assertThat(Verdicts.word(authenticator, signer.token(CLAIMS))).isEqualTo("unavailable: busy");
        assertThat(metrics.scrape()).contains("millipede_tokens_total{result=\"unavailable\"} 1.0");

        threads.leave();
        assertThat(Verdicts.word(authenticator, signer.token(CLAIMS))).isEqualTo("valid");
        assertThat(metrics.scrape()).contains("millipede_tokens_total{result=\"valid\"} 1.0");
    }

    @Test
    void onceClosedTheyAreUnavailable() {
        threads.close();

        assertThat(Verdicts.word(authenticator(), signer.token(CLAIMS))).isEqualTo("unavailable: busy");
        assertThat(threads.underWay()).isZero();
    }

    @Test
    void anErrorWhileVerifyingIsAnsweredAndKeepsNoPlace() {
        Authenticator authenticator = authenticator();
        Recording.breaks = true;

        assertThat(Verdicts.word(authenticator, signer.token(CLAIMS))).isEqualTo("unavailable: busy");
        assertThat(threads.underWay()).isZero();

        Recording.breaks = false;
        assertThat(Verdicts.word(authenticator, signer.token(CLAIMS))).isEqualTo("valid");
    }

    /** Comes before the JDK's own provider. */
    private static final class Watched extends Provider {
        private static final long serialVersionUID = 1L;

        Watched() {
            super("Watched", "1", "remembers where signatures are verified");
            put("Signature.SHA256withECDSA", Recording.class.getName());
        }
    }

    /** Has the JDK verify, and remembers on which thread. */
    public static final class Recording extends SignatureSpi {
        static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

        /** Whether verifying ends with an error of the JVM. */
        static volatile boolean breaks;

        private final Signature real;

        public Recording() throws Exception {
            real = Signature.getInstance("SHA256withECDSA", "SunEC");
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            real.initVerify(key);
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            real.initSign(key);
        }

        @Override
        protected void engineUpdate(byte b) throws SignatureException {
            real.update(b);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int from, int length) throws SignatureException {
            real.update(bytes, from, length);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return real.sign();
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            THREADS.add(Thread.currentThread().getName());
            if (breaks) {
                throw new StackOverflowError("of this test");
            }
            return real.verify(signature);
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }
}
