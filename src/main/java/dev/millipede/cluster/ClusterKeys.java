package dev.millipede.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What is made of {@code cluster.secret}: each use has a key of its own, from which the secret cannot be had back. */
final class ClusterKeys {
    private static final String HMAC = "HmacSHA256";
    private static final int NAME_BYTES = 16;

    private final @Nullable String secret;

    /** @param secret null on loopback, where records may go without a seal */
    ClusterKeys(@Nullable String secret) {
        this.secret = secret;
    }

    /** Nodes of different secrets have different names, so that they do not even try to join each other. */
    String clusterName() {
        if (secret == null) {
            return "millipede";
        }
        String digest = HexFormat.of().formatHex(derived(secret, "cluster name"), 0, NAME_BYTES);
        return "millipede-" + digest;
    }

    /** What seals control records, ready for use by one thread; null where there is no secret. */
    @Nullable
    Mac seal() {
        return secret == null ? null : mac(derived(secret, "control records"));
    }

    private static byte[] derived(String secret, String use) {
        return mac(secret.getBytes(UTF_8)).doFinal(("millipede " + use + " 1").getBytes(UTF_8));
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
