package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Joins and leaves at random while passes run. With one instance it is also known what had reached it before a join: a small
 * channel never waits behind a large one, so a probe sent behind a burst comes back while the burst still waits. Publishers
 * read their own burst before they send the next: what is under way
 * stays far below what anything would be dropped for.
 */
@ExtendWith(LogErrors.class)
class RandomChurnIT {
    private static final int ROOMS = 5;
    private static final int STAYERS = 40;
    private static final int CHURNERS = 160;
    private static final int PUBLISHERS = 3;
    private static final int CHURN_THREADS = 2;
    private static final int BURSTS = 20;
    private static final int BURST = 20;
    private static final int UNANSWERED = 2;
    private static final int MINUTES = 1;
    private static final String PADDING = "-".repeat(2_000);

    private static final List<Integer> NOTHING_KNOWN = Collections.nCopies(PUBLISHERS, 0);

    /** How many of each publisher's publications have reached the instance for sure, delivered or not. */
    private final AtomicIntegerArray arrived = new AtomicIntegerArray(PUBLISHERS);

    private final AtomicBoolean published = new AtomicBoolean();

    private static List<ChurnMember> connect(NodeFixture node, int count, String name) {
        List<ChurnMember> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(new ChurnMember(node.connect(name + i), name + i, ROOMS));
        }
        return members;
    }

    private static void joinAll(List<ChurnMember> members) {
        for (ChurnMember member : members) {
            for (int room = 0; room < ROOMS; room++) {
                member.client.send(member.toggle(room, NOTHING_KNOWN));
                member.look();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everybodyGetsWhatIsPublishedWhileTheyAreMembersOnceAndInOrder(int instances)
            throws InterruptedException, ExecutionException, TimeoutException {
        long seed = new SecureRandom().nextLong();
        System.err.println("seed " + seed + "L");
        try (NodeFixture node = NodeFixture.start("{\"namespaces\":{\"room\":{\"publish\":\"authenticated\"},"
                + "\"user\":{\"publish\":\"authenticated\"}},"
                + "\"websocket\":{\"outboxLimit\":\"64MiB\",\"pingInterval\":\"1h\",\"instances\":" + instances
                + "}}")) {
            List<ChurnMember> stayers = connect(node, STAYERS, "stayer");
            List<ChurnMember> publishers = connect(node, PUBLISHERS, "publisher");
            List<ChurnMember> churners = connect(node, CHURNERS, "churner");
            joinAll(stayers);
            joinAll(publishers);
            churn(publishers, churners, instances == 1, new SplittableRandom(seed));
            // A join that has not been answered yet need not bring what is published now.
            churners.forEach(churner -> churner.lookUntilUnanswered(0));
            for (int room = 0; room < ROOMS; room++) {
                node.publish("room:" + room, ChurnMember.FINAL);
            }
            List<ChurnMember> all = new ArrayList<>(stayers);
            all.addAll(publishers);
            all.addAll(churners);
            all.forEach(ChurnMember::lookToTheEnd);
            for (int room = 0; room < ROOMS; room++) {
                check(room, stayers, publishers, churners);
            }
            assertThat(node.metric("millipede_publications_dropped_total")).isEqualTo(0);
            all.stream().map(member -> member.client).forEach(TestClient::close);
        }
    }

    private void churn(
            List<ChurnMember> publishers, List<ChurnMember> churners, boolean bounded, SplittableRandom random)
            throws InterruptedException, ExecutionException, TimeoutException {
        ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS + CHURN_THREADS);
        List<Future<?>> publishing = new ArrayList<>();
        List<Future<?>> churning = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            int number = i;
            SplittableRandom own = random.split();
            publishing.add(
                    threads.submit(() -> publish(publishers.get(number), number, bounded ? BURSTS : BURSTS / 2, own)));
        }
        int share = CHURNERS / CHURN_THREADS;
        for (int i = 0; i < CHURN_THREADS; i++) {
            List<ChurnMember> own = churners.subList(i * share, (i + 1) * share);
            SplittableRandom ownRandom = random.split();
            churning.add(threads.submit(() -> churn(own, bounded, ownRandom)));
        }
        try {
            for (Future<?> each : publishing) {
                each.get(MINUTES, TimeUnit.MINUTES);
            }
            published.set(true);
            for (Future<?> each : churning) {
                each.get(MINUTES, TimeUnit.MINUTES);
            }
        } finally {
            published.set(true);
            threads.shutdownNow();
        }
    }

    private void publish(ChurnMember publisher, int number, int bursts, SplittableRandom random) {
        int next = 0;
        int own = 0;
        for (int burst = 0; burst < bursts; burst++) {
            List<String> publications = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                publications.add(number + ":" + next++ + PADDING);
            }
            publisher.publish(random.nextInt(ROOMS), publications);
            boolean probed = false;
            while (own < next || !probed) {
                int room = publisher.look();
                if (room >= 0) {
                    own += publisher.view(room).last().startsWith(number + ":") ? 1 : 0;
                } else if (room == ChurnMember.PROBE) {
                    probed = true;
                    arrived.set(number, next);
                }
            }
        }
    }

    private List<Integer> arrived() {
        return IntStream.range(0, PUBLISHERS).map(arrived::get).boxed().toList();
    }

    private void churn(List<ChurnMember> members, boolean bounded, SplittableRandom random) {
        while (!published.get()) {
            ChurnMember member = members.get(random.nextInt(members.size()));
            int room = random.nextInt(ROOMS);
            List<Integer> bound = bounded ? arrived() : NOTHING_KNOWN;
            if (member.wants(room) && random.nextBoolean()) {
                member.client.send(member.toggle(room, bound), member.toggle(room, bound));
            } else {
                member.client.send(member.toggle(room, bound));
            }
            member.lookUntilUnanswered(UNANSWERED);
        }
    }

    private static void check(
            int room, List<ChurnMember> stayers, List<ChurnMember> publishers, List<ChurnMember> churners) {
        RoomLog log = new RoomLog(stayers.get(0).view(room));
        stayers.forEach(member -> log.checkWhole(member.view(room)));
        publishers.forEach(member -> log.checkWhole(member.view(room)));
        churners.forEach(member -> log.check(member.view(room)));
        assertThat(churners.stream()
                        .mapToInt(member -> member.view(room).size())
                        .sum())
                .as("churners got something in room %d", room)
                .isPositive();
    }
}
