package dev.millipede.cluster;

import java.util.Locale;

/** Why a record was dropped; its label in the metrics is the name in lower case. */
enum Rejection implements Opened {
    /** Longer than any of ours. */
    SIZE,
    /** Not of the form of our records. */
    MALFORMED,
    /** Of a kind that this version does not know. */
    KIND,
    /** Not sealed with our secret, or changed on the way. */
    SEAL,
    /** Too old or from the future: delayed, replayed, or the clocks of the two nodes are far apart. */
    CLOCK,
    /** Not newer than one that was heard from the same sender. */
    REPLAY,
    /** From more senders than a cluster has nodes. */
    FULL;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
