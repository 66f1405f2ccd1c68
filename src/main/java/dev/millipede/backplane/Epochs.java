package dev.millipede.backplane;

import java.util.random.RandomGenerator;

/** Makes up names of streams, so that no two streams ever have the same. Threads as the generator's. */
public final class Epochs {
    private static final int LENGTH = 8;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final RandomGenerator random;

    /** @param random seeded differently on every node and at every start */
    public Epochs(RandomGenerator random) {
        this.random = random;
    }

    /** Eight letters. */
    public String next() {
        char[] epoch = new char[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            epoch[i] = LETTERS.charAt(random.nextInt(LETTERS.length()));
        }
        return new String(epoch);
    }
}
