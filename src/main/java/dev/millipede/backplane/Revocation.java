package dev.millipede.backplane;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Which tokens count no more. */
public sealed interface Revocation {
    /** By so much the clock of whoever issues tokens may be ahead of the backplane's. */
    Duration LEEWAY = Duration.ofSeconds(30);

    /** All tokens of a user that were issued up to {@link #LEEWAY} after the revocation; the user is not "". */
    record OfUser(String user) implements Revocation {}

    /**
     * One token.
     *
     * @param hash of its id, see {@link #ofId}
     */
    record OfToken(long hash) implements Revocation {}

    /**
     * Whether a revocation of a user concerns a token: also one that claims to be issued up to {@link #LEEWAY} later, as the
     * clock of its issuer may be ahead.
     *
     * @param issuedAt in seconds since 1970; 0 = not known, which counts as before any
     * @param moment of the revocation, in milliseconds since 1970
     */
    static boolean concerns(long issuedAt, long moment) {
        return issuedAt == 0 || issuedAt <= TimeUnit.MILLISECONDS.toSeconds(moment) + LEEWAY.toSeconds();
    }

    /** By a token's id ({@code jti}), of which the first 8 bytes of its SHA-256 are kept. */
    static OfToken ofId(String jti) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(jti.getBytes(UTF_8));
            return new OfToken(ByteBuffer.wrap(digest).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
