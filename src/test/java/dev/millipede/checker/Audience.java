package dev.millipede.checker;

import dev.millipede.client.Client;
import dev.millipede.client.ClientLoop;
import dev.millipede.client.Settings;
import dev.millipede.support.NodeFixture;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** All subscribers of a run, on one event loop. Its methods belong to one other thread. */
final class Audience {
    private static final Settings QUICK = new Settings(100, 2_000, 5_000, 3_000);
    private static final Settings PATIENT = new Settings(100, 2_000, 5_000, 20_000);
    private static final int ASKING_SECONDS = 30;
    private static final int SHORT_TRIP = 50;
    private static final int LONG_TRIP = 3_000;

    private final ClientLoop loop;
    private final Random random = new Random(4);
    private final List<Subscriber> subscribers = new ArrayList<>();

    /** Half of the subscribers go elsewhere soon when a node falls silent, the others wait for it. */
    Audience(Vertx vertx, Fleet fleet, int size) {
        loop = new ClientLoop(vertx);
        for (int i = 0; i < size; i++) {
            String user = Rooms.userOf(i);
            String room = Rooms.roomOf(i);
            List<String> channels = new ArrayList<>(List.of(room, "broadcast"));
            if (Rooms.SHARED_USERS.contains(user)) {
                channels.add("user:" + user);
            }
            Subscriber subscriber = new Subscriber("client" + i, channels);
            String token = NodeFixture.token(user, 36_000);
            Client client = new Client(
                    loop, loop, new Random(i), i % 2 == 0 ? QUICK : PATIENT, fleet::addresses, () -> token, subscriber);
            subscriber.use(client);
            subscribers.add(subscriber);
            loop.run(() -> {
                client.subscribe(room);
                client.connect();
            });
        }
    }

    private <T> T ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.run(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer.orTimeout(ASKING_SECONDS, TimeUnit.SECONDS).join();
    }

    /** How many of them are at the top of all their channels. */
    int countAt(Map<String, Place> tops) {
        return ask(
                () -> (int) subscribers.stream().filter(each -> each.isAt(tops)).count());
    }

    int size() {
        return subscribers.size();
    }

    /** Those who are not, for people. */
    List<String> behind(Map<String, Place> tops) {
        return ask(() -> subscribers.stream()
                .filter(each -> !each.isAt(tops))
                .map(each -> each.behind(tops))
                .toList());
    }

    /** What they heard since the last call, by channel. */
    Map<String, List<SubscriberLog>> takeLogs() {
        return ask(() -> {
            Map<String, List<SubscriberLog>> logs = new HashMap<>();
            for (Subscriber each : subscribers) {
                each.takeLogs()
                        .forEach((channel, log) -> logs.computeIfAbsent(channel, key -> new ArrayList<>())
                                .add(log));
            }
            return logs;
        });
    }

    /** What must not happen at all, since the last call. */
    List<String> takeComplaints() {
        return ask(() -> subscribers.stream()
                .flatMap(each -> each.takeComplaints().stream())
                .toList());
    }

    /** Somebody's connection breaks off, or she leaves for a while. */
    void disturbOne() {
        loop.run(() -> {
            Client client = subscribers.get(random.nextInt(subscribers.size())).client();
            if (random.nextBoolean()) {
                client.breakOff();
            } else if (client.isConnected()) {
                client.disconnect();
                loop.after(random.nextInt(SHORT_TRIP, LONG_TRIP), client::connect);
            }
        });
    }
}
