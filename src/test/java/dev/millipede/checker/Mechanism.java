package dev.millipede.checker;

/** What keeps a history whole, each of which the {@link Simulation} can do without. */
enum Mechanism {
    /** Offset, storing and sending are one step; without, publications overtake each other between them. */
    ATOMIC_OFFSET,
    /** What comes while a subscriber's history is read is held for it; without, it is not, and what is read is not cut. */
    HOLD_WHILE_JOINING,
    /** What a node missed is read; without, it goes on with whatever comes next. */
    GAP_REPAIR,
    /** A stream below a position that a node knows gets a new epoch; without, offsets are given again. */
    REWIND_CHECK
}
