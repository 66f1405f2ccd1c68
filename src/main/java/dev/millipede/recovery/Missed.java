package dev.millipede.recovery;

import dev.millipede.channel.Position;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.Since;

/**
 * What somebody who comes back has missed.
 *
 * @param verdict what can be said of it
 * @param from where {@link Verdict#SOME}: the publications after this offset are missing, up to where the channel stands;
 *     else without meaning
 */
public record Missed(Verdict verdict, long from) {
    /** What can be said. */
    public enum Verdict {
        /** They have everything. */
        NOTHING,
        /** Some publications. */
        SOME,
        /** More than anybody is given. */
        TOO_MUCH,
        /** They have seen what is not known here: either it never was, or here something is missing. */
        UNKNOWN
    }

    /**
     * Compares what somebody says to have seen with how far the channel has come.
     *
     * @param standing how far the channel has come here
     * @param compared whether that has been compared with the stream since the question was asked: then nothing is missing
     *     here
     * @param most publications that are given
     */
    public static Missed of(Since since, Position standing, boolean compared, RecoveryMode mode, int most) {
        boolean known = since.isOf(standing.epoch()) && since.offset() <= standing.offset();
        if (known && since.offset() == standing.offset()) {
            return new Missed(Verdict.NOTHING, 0);
        }
        if (!known && !compared) {
            return new Missed(Verdict.UNKNOWN, 0);
        }
        if (mode == RecoveryMode.CACHE) {
            // A state replaces whatever was seen before; where nothing was ever published there is none.
            return standing.offset() == 0
                    ? new Missed(Verdict.TOO_MUCH, 0)
                    : new Missed(Verdict.SOME, standing.offset() - 1);
        }
        return !known || standing.offset() - since.offset() > most
                ? new Missed(Verdict.TOO_MUCH, 0)
                : new Missed(Verdict.SOME, since.offset());
    }
}
