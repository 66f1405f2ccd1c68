package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The publications of one room in the one order that everybody must see, and checks of what a member saw of them. */
final class RoomLog {
    private final Map<String, Integer> positions = new HashMap<>();

    /** What one member saw: runs of publications between its joins and its leaves. */
    static final class View {
        private final String who;
        private final List<String> all = new ArrayList<>();
        private final List<Run> runs = new ArrayList<>();
        private boolean joined;

        private record Run(int from, List<Integer> notBefore) {}

        View(String who) {
            this.who = who;
        }

        boolean isJoined() {
            return joined;
        }

        /** The reply to a subscribe; nothing may follow that is older than {@code notBefore} says for its publisher. */
        void joined(List<Integer> notBefore) {
            assertThat(joined).as("%s joined twice", who).isFalse();
            joined = true;
            runs.add(new Run(all.size(), notBefore));
        }

        void left() {
            joined = false;
        }

        void got(String publication) {
            assertThat(joined)
                    .as("%s got %s while not a member", who, publication)
                    .isTrue();
            all.add(publication);
        }

        int size() {
            return all.size();
        }

        /** The publication that came last. */
        String last() {
            return all.get(all.size() - 1);
        }
    }

    RoomLog(View reference) {
        for (String publication : reference.all) {
            assertThat(positions.put(publication, positions.size()))
                    .as("%s got %s twice", reference.who, publication)
                    .isNull();
        }
    }

    int size() {
        return positions.size();
    }

    /** Each run has no gap and keeps the order, begins after its join, and repeats nothing of the run before. */
    void check(View view) {
        int last = -1;
        for (int run = 0; run < view.runs.size(); run++) {
            int from = view.runs.get(run).from();
            int to = run + 1 < view.runs.size() ? view.runs.get(run + 1).from() : view.all.size();
            for (int i = from; i < to; i++) {
                int position = positions.getOrDefault(view.all.get(i), -1);
                assertThat(position)
                        .as("%s got what was not published", view.who)
                        .isNotNegative();
                assertNotOlder(view, view.all.get(i), view.runs.get(run).notBefore());
                if (i == from) {
                    assertThat(position)
                            .as("%s, first after its join", view.who)
                            .isGreaterThan(last);
                } else {
                    assertThat(position).as("%s, next of its run", view.who).isEqualTo(last + 1);
                }
                last = position;
            }
        }
    }

    private static void assertNotOlder(View view, String publication, List<Integer> notBefore) {
        int colon = publication.indexOf(':');
        int publisher = Integer.parseInt(publication.substring(0, colon));
        assertThat(number(publication))
                .as("%s got what had reached the instance before it joined", view.who)
                .isGreaterThanOrEqualTo(notBefore.get(publisher));
    }

    /** A publication is {@code publisher:number-}, and padding. */
    private static int number(String publication) {
        return Integer.parseInt(publication.substring(publication.indexOf(':') + 1, publication.indexOf('-')));
    }

    /** Everything, once, in order. */
    void checkWhole(View view) {
        check(view);
        assertThat(view.size()).as("%s stayed through", view.who).isEqualTo(size());
    }
}
