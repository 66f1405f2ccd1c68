package dev.millipede.checker;

/** What tells publications of a run apart: who published it and the how-manieth of that publisher it is, in one number. */
final class Ids {
    private static final int BITS = 32;

    private Ids() {}

    static long of(int publisher, int number) {
        return (long) publisher << BITS | number;
    }

    static int publisher(long id) {
        return (int) (id >> BITS);
    }

    static int number(long id) {
        return (int) id;
    }

    /** For people. */
    static String text(long id) {
        return publisher(id) + "#" + number(id);
    }
}
