package dev.millipede.auth;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The signatures a token may have (RFC 7518 §3.1, RFC 8037 §3.1). {@code none} is not among them. */
enum Algorithm {
    HS256(Family.SECRET, 43),
    HS384(Family.SECRET, 64),
    HS512(Family.SECRET, 86),
    RS256(Family.RSA, 0),
    RS384(Family.RSA, 0),
    RS512(Family.RSA, 0),
    ES256(Family.CURVE, 86),
    ES384(Family.CURVE, 128),
    ES512(Family.CURVE, 176),
    EDDSA(Family.CURVE, 86);

    /** What sort of key it takes. */
    enum Family {
        SECRET,
        RSA,
        CURVE
    }

    private static final Map<String, Algorithm> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Algorithm::jwa, Function.identity()));

    private final Family family;
    private final int signatureLength;

    Algorithm(Family family, int signatureLength) {
        this.family = family;
        this.signatureLength = signatureLength;
    }

    /** The algorithm of this very name. */
    static @Nullable Algorithm of(String jwa) {
        return BY_NAME.get(jwa);
    }

    /** What a token's header calls it. */
    String jwa() {
        return this == EDDSA ? "EdDSA" : name();
    }

    Family family() {
        return family;
    }

    /** Whether a verification takes up to a millisecond and more, and so has no place on an event loop. */
    boolean isSlow() {
        return family == Family.CURVE;
    }

    /**
     * Whether a signature of so many base64url characters can be one. With RSA that depends on the key. The library also
     * takes other forms of an elliptic signature, so that one token could be written in several ways.
     */
    boolean canBeAsLongAs(int characters) {
        return signatureLength == 0 ? characters > 0 : characters == signatureLength;
    }
}
