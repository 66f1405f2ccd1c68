package dev.millipede.auth;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.List;

/** The kinds of key pairs tokens are signed with, and the algorithms each may be used for. */
enum KeyKind {
    RSA,
    P256,
    P384,
    P521,
    ED25519;

    /** What RFC 7518 §3.3 asks of an RSA key, in bits. */
    private static final int RSA_MIN = 2048;

    /** Verifying runs on event loops and takes time with the square of this, in bits. */
    private static final int RSA_MAX = 8192;

    /** The first one is what tokens are signed with unless somebody says otherwise. */
    List<Algorithm> algorithms() {
        return switch (this) {
            case RSA -> List.of(Algorithm.RS256, Algorithm.RS384, Algorithm.RS512);
            case P256 -> List.of(Algorithm.ES256);
            case P384 -> List.of(Algorithm.ES384);
            case P521 -> List.of(Algorithm.ES512);
            case ED25519 -> List.of(Algorithm.EDDSA);
        };
    }

    /** The kind of a private or public key. */
    static KeyKind of(Key key) throws UnusableKeyException {
        if (key instanceof RSAKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < RSA_MIN || bits > RSA_MAX) {
                throw new UnusableKeyException("an RSA key must have between 2048 and 8192 bits");
            }
            return RSA;
        }
        if (key instanceof ECKey ec) {
            return ofCurve(ec.getParams());
        }
        if (key instanceof EdECKey ed && ed.getParams().getName().equals("Ed25519")) {
            return ED25519;
        }
        throw new UnusableKeyException("must be an RSA, P-256, P-384, P-521 or Ed25519 key");
    }

    private static KeyKind ofCurve(ECParameterSpec found) throws UnusableKeyException {
        for (KeyKind kind : List.of(P256, P384, P521)) {
            ECParameterSpec named = kind.curve();
            if (named.getCurve().equals(found.getCurve())
                    && named.getGenerator().equals(found.getGenerator())
                    && named.getOrder().equals(found.getOrder())) {
                return kind;
            }
        }
        throw new UnusableKeyException("must be on the curve P-256, P-384 or P-521");
    }

    /** The domain parameters of this kind, which is one of the NIST curves. */
    ECParameterSpec curve() {
        String name = switch (this) {
            case P256 -> "secp256r1";
            case P384 -> "secp384r1";
            case P521 -> "secp521r1";
            default -> throw new IllegalStateException(name());
        };
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK knows " + name, e);
        }
    }
}
