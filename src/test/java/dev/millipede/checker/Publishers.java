package dev.millipede.checker;

import dev.millipede.client.ClientLoop;
import dev.millipede.support.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Two publishers for each channel, at different nodes. Its methods belong to one thread that is not theirs. */
final class Publishers {
    private static final int EACH = 2;
    private static final int CONNECTIONS = 48;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final ClientLoop loop;
    private final List<Publisher> all = new ArrayList<>();
    private final List<Long> ticking = new ArrayList<>();
    private volatile boolean calm = true;

    /** What they did, and how much of it while nothing was broken. */
    record Result(Map<String, List<Sent>> sent, int calmSent, int calmAcknowledged) {
        /** Whether the run counts: 99 % of what was published while nothing was broken was acknowledged. */
        boolean counts() {
            return calmSent > 0 && calmAcknowledged >= 0.99 * calmSent;
        }
    }

    /** They begin at once. */
    Publishers(Vertx vertx, Fleet fleet, String run) {
        this.vertx = vertx;
        this.loop = new ClientLoop(vertx);
        HttpClient http = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setTcpNoDelay(true))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS))
                .withConnectHandler(connection -> connection.exceptionHandler(ignored -> {}))
                .build();
        for (Rooms.Load load : Rooms.all()) {
            for (int i = 0; i < EACH; i++) {
                all.add(new Publisher(load.channel(), all.size(), fleet, http, loop, () -> calm, run));
            }
        }
        loop.run(() -> {
            List<Rooms.Load> loads = Rooms.all();
            for (int i = 0; i < all.size(); i++) {
                long period = Math.round(1_000 * EACH / loads.get(i / EACH).rate());
                Publisher publisher = all.get(i);
                ticking.add(vertx.setPeriodic(1 + i % period, period, timer -> publisher.tick()));
            }
        });
    }

    /** From now on something is broken, or nothing is. */
    void calm(boolean is) {
        calm = is;
    }

    /** No more become due; waits until all are decided. */
    Result stop() {
        loop.run(() -> ticking.forEach(vertx::cancelTimer));
        Eventually.within(PATIENCE, this::busy, count -> count == 0);
        Map<String, List<Sent>> sent = new HashMap<>();
        for (Publisher each : all) {
            sent.computeIfAbsent(each.channel(), channel -> new ArrayList<>()).addAll(each.sent());
        }
        return new Result(
                sent,
                all.stream().mapToInt(Publisher::calmSent).sum(),
                all.stream().mapToInt(Publisher::calmAcknowledged).sum());
    }

    private long busy() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        loop.run(() ->
                answer.complete(all.stream().filter(each -> !each.isIdle()).count()));
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
