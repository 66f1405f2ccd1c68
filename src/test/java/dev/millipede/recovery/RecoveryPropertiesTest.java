package dev.millipede.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryPage;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.Since;
import dev.millipede.recovery.Continuation.Outcome;
import dev.millipede.recovery.Missed.Verdict;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of recovery against a stream that remembers everything: thousands of cases, each from a seed that is shown. */
class RecoveryPropertiesTest {
    private static final int CASES = 2_000;
    private static final Channel CHANNEL = Objects.requireNonNull(Channel.of("room:a", Namespaces.DEFAULTS));

    /** The true stream: the publication with offset n at n - 1. */
    private final List<Publication> stream = new ArrayList<>();

    private static LongStream seeds() {
        return LongStream.concat(
                LongStream.rangeClosed(1, 5), new SecureRandom().longs().limit(3));
    }

    private interface Case {
        void run(SplittableRandom random);
    }

    private void forAll(long seed, Case one) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < CASES; i++) {
            stream.clear();
            int length = random.nextInt(30);
            for (int offset = 1; offset <= length; offset++) {
                stream.add(publication(new Position("e", offset, 1 + random.nextInt(1_000_000))));
            }
            try {
                one.run(random);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + "L, case " + i + ": " + e.getMessage(), e);
            }
        }
    }

    private static Publication publication(Position position) {
        return new Publication(CHANNEL, Payload.ofValidated(new byte[] {'1'}), null, position, Map.of());
    }

    private Position at(int offset) {
        return offset == 0
                ? new Position("e", 0)
                : Objects.requireNonNull(stream.get(offset - 1).position());
    }

    /** What a stream that keeps only the latest would answer when it had come so far. */
    private HistoryPage page(int after, int top, int kept, int limit) {
        int from = Math.max(after, top - kept);
        return new HistoryPage(at(top), stream.subList(Math.min(from, top), Math.min(top, from + limit)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatFollowsIsAllThatCameSinceOrThePositionIsLost(long seed) {
        forAll(seed, random -> {
            int top = random.nextInt(stream.size() + 1);
            int asked = random.nextInt(top + 1);
            int here = asked + random.nextInt(stream.size() - asked + 1);
            int kept = random.nextInt(12);
            int limit = 1 + random.nextInt(12);
            Continuation continuation = Continuation.of(at(here), page(asked, top, kept, limit), limit);
            int first = Math.max(asked, top - kept) + 1;
            int last = Math.min(top, first + limit - 1);

            if (here >= top) {
                // The page is older than what has been seen.
                assertThat(continuation).isEqualTo(new Continuation(List.of(), Outcome.COMPLETE));
            } else if (first > here + 1) {
                assertThat(continuation).isEqualTo(new Continuation(List.of(), Outcome.LOST));
            } else {
                assertThat(continuation.next()).isEqualTo(stream.subList(here, Math.max(here, last)));
                assertThat(continuation.outcome()).isEqualTo(last == top ? Outcome.COMPLETE : Outcome.MORE);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anotherPublicationAtThePositionIsARewindAndAnotherEpochIsALoss(long seed) {
        forAll(seed, random -> {
            int top = random.nextInt(stream.size() + 1);
            int here = random.nextInt(top + 1);
            HistoryPage page = page(Math.max(0, here - 1), top, 30, 30);
            Position other = new Position("e", here, -1);
            Outcome expected = here == 0 ? Outcome.COMPLETE : Outcome.REWOUND;
            assertThat(Continuation.of(other, page, 30).outcome()).isEqualTo(expected);
            assertThat(Continuation.of(new Position("f", here), page, 30))
                    .isEqualTo(new Continuation(List.of(), Outcome.LOST));
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasHeldGoesOnOnceAndInOrderUpToTheFirstThatIsInDoubt(long seed) {
        forAll(seed, random -> {
            int top = random.nextInt(stream.size() + 1);
            // Heard before the read: what the stream had, or what is over. After: anything, in order.
            List<Publication> held = new ArrayList<>();
            for (int offset = 1; offset <= top; offset++) {
                if (random.nextInt(3) == 0) {
                    held.add(random.nextInt(6) == 0 ? publication(new Position("d", offset)) : stream.get(offset - 1));
                }
            }
            int before = held.size();
            int next = top;
            int inDoubt = -1;
            List<Publication> expected = new ArrayList<>();
            for (int offset = Math.max(1, top - 3); offset <= stream.size(); offset++) {
                int dice = random.nextInt(12);
                Publication one = dice == 0 ? publication(new Position("f", offset)) : stream.get(offset - 1);
                if (dice == 1) {
                    continue;
                }
                if (inDoubt < 0 && (dice == 0 || offset > next + 1)) {
                    inDoubt = held.size();
                }
                if (inDoubt < 0 && offset == next + 1) {
                    expected.add(one);
                    next++;
                }
                held.add(one);
            }
            Settlement settlement = Settlement.of(at(top), at(top), held, before);

            assertThat(settlement.next()).isEqualTo(expected);
            assertThat(settlement.inDoubt()).isEqualTo(inDoubt < 0 ? List.of() : held.subList(inDoubt, held.size()));
            assertThat(settlement.rewound()).isFalse();
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasHeardBeforeAReadAndIsNotInTheStreamIsARewind(long seed) {
        forAll(seed, random -> {
            int top = random.nextInt(stream.size() + 1);
            List<Publication> held = List.of(publication(new Position("e", top + 1 + random.nextInt(3), 5)));

            assertThat(Settlement.of(at(top), at(top), held, 1).rewound()).isTrue();
            assertThat(Settlement.of(at(top), at(top), held, 0).rewound()).isFalse();
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aPageAndWhatIsAtHandMakeAllThatWasMissedOrTheOldestIsNotKept(long seed) {
        forAll(seed, random -> {
            int top = random.nextInt(stream.size() + 1);
            int from = random.nextInt(top + 1);
            int first = 1 + random.nextInt(top + 1);
            int kept = random.nextInt(12);
            int limit = 1 + random.nextInt(12);
            Earlier earlier = Earlier.of(page(from, top, kept, limit), from, first);
            int oldest = Math.max(from, top - kept) + 1;
            int last = Math.min(top, oldest + limit - 1);

            if (oldest <= first && last >= first - 1 && oldest <= last) {
                assertThat(earlier.publications()).isEqualTo(stream.subList(oldest - 1, first - 1));
            } else {
                assertThat(earlier.publications()).isEmpty();
            }
            assertThat(earlier.floor()).isEqualTo(oldest > last ? top : oldest > from + 1 ? oldest - 1 : 0);
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whoMissedNoMoreThanIsGivenGetsItAndAStateReplacesWhateverWasMissed(long seed) {
        forAll(seed, random -> {
            int standing = random.nextInt(20);
            int offset = random.nextInt(24);
            int most = 1 + random.nextInt(10);
            String epoch = random.nextInt(4) == 0 ? "f" : random.nextBoolean() ? "" : "e";
            boolean compared = random.nextBoolean();
            Since since = new Since(epoch, offset);
            Position here = new Position("e", standing);
            boolean known = !epoch.equals("f") && offset <= standing;
            Verdict expected;
            if (known && offset == standing) {
                expected = Verdict.NOTHING;
            } else if (!known && !compared) {
                expected = Verdict.UNKNOWN;
            } else {
                expected = known && standing - offset <= most ? Verdict.SOME : Verdict.TOO_MUCH;
            }
            Missed stream = Missed.of(since, here, compared, RecoveryMode.STREAM, most);
            Missed cache = Missed.of(since, here, compared, RecoveryMode.CACHE, most);

            assertThat(stream.verdict()).isEqualTo(expected);
            if (expected == Verdict.SOME) {
                assertThat(stream.from()).isEqualTo(offset);
            }
            if (expected == Verdict.NOTHING || expected == Verdict.UNKNOWN) {
                assertThat(cache.verdict()).isEqualTo(expected);
            } else {
                assertThat(cache)
                        .isEqualTo(
                                standing == 0
                                        ? new Missed(Verdict.TOO_MUCH, 0)
                                        : new Missed(Verdict.SOME, standing - 1));
            }
        });
    }
}
