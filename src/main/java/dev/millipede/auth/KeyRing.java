package dev.millipede.auth;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that count at a moment, by algorithm and then by id. Immutable, safe on any thread. */
final class KeyRing {
    static final KeyRing EMPTY = new KeyRing(List.of());

    /** A token that does not say which key signed it is tried with so many at the most. */
    static final int MAX_TRIES = 4;

    private final List<SignatureKey> keys;
    private final Map<Algorithm, Keys> byAlgorithm = new EnumMap<>(Algorithm.class);

    /** The keys of one algorithm: those with an id, those without one, and all. */
    private record Keys(Map<String, SignatureKey> named, List<SignatureKey> nameless, List<SignatureKey> all) {
        Keys() {
            this(new HashMap<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Of several keys with one id and algorithm the first counts. */
    KeyRing(List<SignatureKey> keys) {
        this.keys = List.copyOf(keys);
        for (SignatureKey key : keys) {
            add(byAlgorithm.computeIfAbsent(key.algorithm(), algorithm -> new Keys()), key);
        }
    }

    private static void add(Keys keys, SignatureKey key) {
        String id = key.id();
        if (id == null) {
            keys.nameless.add(key);
        } else if (keys.named.putIfAbsent(id, key) != null) {
            return;
        }
        keys.all.add(key);
    }

    /** Both keys' ring; those of the other count last. */
    KeyRing and(KeyRing other) {
        List<SignatureKey> both = new ArrayList<>(keys);
        both.addAll(other.keys);
        return new KeyRing(both);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int size() {
        return keys.size();
    }

    boolean knows(Algorithm algorithm) {
        return byAlgorithm.containsKey(algorithm);
    }

    /**
     * The keys that may have signed a token, the first {@link #MAX_TRIES} of them.
     *
     * @param id the token's {@code kid}, only looked up; a key without an id of its own goes with any
     */
    List<SignatureKey> candidates(Algorithm algorithm, @Nullable String id) {
        List<SignatureKey> possible = possible(algorithm, id);
        return possible.size() <= MAX_TRIES ? possible : possible.subList(0, MAX_TRIES);
    }

    private List<SignatureKey> possible(Algorithm algorithm, @Nullable String id) {
        Keys keys = byAlgorithm.get(algorithm);
        if (keys == null) {
            return List.of();
        }
        SignatureKey named = id == null ? null : keys.named.get(id);
        if (named != null) {
            return List.of(named);
        }
        return id == null ? keys.all : keys.nameless;
    }

    /** Whether there are keys that may have signed a token and are not among {@link #candidates}. */
    boolean leavesOut(Algorithm algorithm, @Nullable String id) {
        return possible(algorithm, id).size() > MAX_TRIES;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyRing ring && keys.equals(ring.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    /** The algorithms there are keys of. */
    @Override
    public String toString() {
        return byAlgorithm.keySet().toString();
    }
}
