package dev.millipede.checker;

/** What a subscriber of one channel was told, in order. */
sealed interface Heard {
    /**
     * It stands at a place and nothing is claimed of what was before: the first subscription, or one that was not
     * recovered, which is how a loss is reported.
     */
    record Began(Place place) implements Heard {}

    /** It was recovered: it has all up to this place, and what follows continues it. */
    record Resumed(Place place) implements Heard {}

    /** A publication. */
    record Got(Place place, long id) implements Heard {}
}
