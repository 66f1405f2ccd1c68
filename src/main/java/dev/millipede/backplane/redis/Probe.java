package dev.millipede.backplane.redis;

/**
 * Whether what is published comes back. About once a second a number is published in a channel of this node's own; the
 * answer to that shows that Redis takes publications, its arrival that this node hears them. A connection that has lost its
 * subscription, or is one in name only, is found out this way, without a word on the connection itself. Confined to the
 * event loop of the router; no I/O, no clock: times are milliseconds of a monotonic one.
 */
final class Probe {
    /** Between two looks. */
    static final long TICK_MILLIS = 250;

    /** Between two probes. */
    static final long PERIOD_MILLIS = 1_000;

    /** Without an answer for so long Redis counts as away, though the connection stands. */
    static final long STALLED_MILLIS = 3_000;

    /** A probe that Redis has delivered and that has not come in for so long proves the subscription dead. */
    static final long DEAF_MILLIS = 5_000;

    /** Without an answer for so long the publishing connection is given up. */
    static final long MUTE_MILLIS = 10_000;

    private static final int REFUSALS = 3;

    private final Actions actions;
    private long number;
    private boolean underWay;
    private int failures;
    private long sentAt;
    private int listening;
    private boolean answered;
    private long answeredAt;
    private boolean arrived;
    private long lastTick;

    /** What follows from a probe. */
    interface Actions {
        /** Publishes the number; its answer is to be told by {@link #answered} or {@link #failed}. */
        void send(long number);

        /** The connection that publishes gets no answers. */
        void mute();

        /** The connection that listens hears nothing. */
        void deaf(String why);
    }

    Probe(long now, Actions actions) {
        this.actions = actions;
        this.lastTick = now;
        this.sentAt = now - PERIOD_MILLIS;
    }

    /**
     * Looks after the probe under way, or sends one.
     *
     * @param generation of the listening connection, counted from 1, if Redis has acknowledged its subscription to the
     *     probe's channel; else 0: then nothing can be concluded about it
     */
    void tick(long now, boolean canPublish, int generation) {
        long late = now - lastTick - TICK_MILLIS;
        lastTick = now;
        if (late > PERIOD_MILLIS) {
            // This process itself was stopped: what has come meanwhile has not been read yet.
            sentAt += late;
            answeredAt += late;
        }
        if (underWay && answered && !arrived && listening != 0 && listening == generation) {
            if (now - answeredAt > DEAF_MILLIS) {
                underWay = false;
                actions.deaf("a probe that Redis delivered did not arrive within " + DEAF_MILLIS + " ms");
            }
        } else if (underWay && !answered) {
            if (now - sentAt > MUTE_MILLIS) {
                underWay = false;
                actions.mute();
            }
        } else if (canPublish && now - sentAt >= PERIOD_MILLIS) {
            underWay = true;
            answered = false;
            arrived = false;
            sentAt = now;
            listening = generation;
            actions.send(++number);
        }
    }

    /**
     * Redis has answered.
     *
     * @param receivers connections it handed the probe to
     * @param generation as in {@link #tick}
     */
    void answered(long which, int receivers, long now, int generation) {
        if (which != number || !underWay) {
            return;
        }
        answered = true;
        answeredAt = now;
        failures = 0;
        if (receivers == 0 && !arrived && listening != 0 && listening == generation) {
            underWay = false;
            actions.deaf("Redis knows no subscription of this node");
        }
    }

    /** It was not published: nothing is known, unless that goes on. */
    void failed(long which) {
        if (which == number) {
            underWay = false;
            failures++;
        }
    }

    /** Whether Redis has refused to publish several times in a row. */
    boolean isRefused() {
        return failures >= REFUSALS;
    }

    void arrived(long which) {
        if (which == number) {
            arrived = true;
        }
    }

    /** Whether Redis owes an answer or a delivery for too long. */
    boolean isStalled(long now) {
        return underWay
                && (answered
                        ? !arrived && listening != 0 && now - answeredAt > STALLED_MILLIS
                        : now - sentAt > STALLED_MILLIS);
    }
}
