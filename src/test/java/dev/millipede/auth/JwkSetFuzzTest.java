package dev.millipede.auth;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** What an issuer's address answers: keys that only verify, each for its own algorithms, or {@link UnusableKeyException}. */
class JwkSetFuzzTest {
    private static final List<Algorithm> SECRETS = List.of(Algorithm.HS256, Algorithm.HS384, Algorithm.HS512);

    @FuzzTest
    void anAnswerIsPublicKeysOrNone(byte[] body) {
        JwkSet set;
        try {
            set = JwkSet.of(Buffer.buffer(body));
        } catch (UnusableKeyException e) {
            return;
        }
        Held.that(set.skipped() <= JwkSet.MAX_KEYS, "more skipped than there may be");
        Held.that(set.ring().size() <= 3 * JwkSet.MAX_KEYS, "more keys than there may be");
        SECRETS.forEach(each -> Held.that(!set.ring().knows(each), "a secret from the network"));
    }
}
