package dev.millipede.checker;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a {@link ChannelRun} proves. {@code published} to {@code maybe} count publications, the others what subscribers heard or
 * did not, over all of them.
 *
 * @param expected acknowledged publications in stretches that subscribers were told to have without a gap
 * @param delivered publications that came
 * @param lost publications of such stretches that did not come, and acknowledged ones that are nowhere
 * @param duplicated publications that came again, or stand twice in the stream
 * @param reordered publications that came after later ones; epochs that came back
 * @param conflicts places at which different publications stood
 * @param recovered how often a subscriber came back and was told that it gets all it has missed
 * @param recoveredFalse how often a subscriber was told that it has missed something
 * @param repeats of {@code duplicated}, those that were published again because the stream had lost the first together with
 *     its idempotency key
 * @param complaints the first few of each, for people
 */
record ChannelVerdict(
        String channel,
        int published,
        int acknowledged,
        int maybe,
        long expected,
        long delivered,
        long lost,
        long duplicated,
        long reordered,
        long conflicts,
        long recovered,
        long recoveredFalse,
        long repeats,
        List<String> complaints) {

    /** Nothing missed, nothing twice, one order for all, and nobody had to be told of a loss. */
    boolean isWithoutLoss() {
        return isHonest() && recoveredFalse == 0 && duplicated == 0;
    }

    /** Every loss was told to those who had it, and no place was given twice. */
    boolean isHonest() {
        return lost == 0 && duplicated == repeats && reordered == 0 && conflicts == 0;
    }

    /** Both together, under a name. */
    static ChannelVerdict sum(String name, List<ChannelVerdict> all) {
        return all.stream()
                .reduce((a, b) -> new ChannelVerdict(
                        name,
                        a.published + b.published,
                        a.acknowledged + b.acknowledged,
                        a.maybe + b.maybe,
                        a.expected + b.expected,
                        a.delivered + b.delivered,
                        a.lost + b.lost,
                        a.duplicated + b.duplicated,
                        a.reordered + b.reordered,
                        a.conflicts + b.conflicts,
                        a.recovered + b.recovered,
                        a.recoveredFalse + b.recoveredFalse,
                        a.repeats + b.repeats,
                        Stream.concat(a.complaints.stream(), b.complaints.stream())
                                .toList()))
                .orElseThrow();
    }
}
