package dev.millipede.checker;

import dev.millipede.client.Timers;
import dev.millipede.support.NodeFixture;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes in one channel over the HTTP API, mostly of one node. Publications become due at a constant rate whatever
 * happens; each is decided before the next is sent, so that their order means something. Every second one is tried again after an
 * error, with the same idempotency key and at the next node; the others are then left open. Confined to its event loop.
 */
final class Publisher {
    private static final int ATTEMPT_MILLIS = 4_000;
    private static final int RETRY_MILLIS = 150;

    /** The one error that says that nobody knows. */
    private static final int INTERNAL = 100;

    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(25);

    /** So long it keeps away from a node that failed. */
    private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final String channel;
    private final int publisher;
    private final Fleet fleet;
    private final HttpClient http;
    private final Timers timers;
    private final BooleanSupplier calm;
    private final String run;
    private final List<Sent> sent = new ArrayList<>();
    private int home;
    private long avoidUntil;
    private int due;
    private int published;
    private boolean busy;
    private int calmSent;
    private int calmAcknowledged;

    /** One publication on its way. */
    private record Attempt(int count, int node, long since, boolean wasCalm) {}

    /**
     * @param publisher its number of all publishers of a run, and of the node that it mostly publishes at
     * @param calm whether nothing is broken just now
     * @param run distinguishes the keys of this run from others'
     */
    Publisher(
            String channel,
            int publisher,
            Fleet fleet,
            HttpClient http,
            Timers timers,
            BooleanSupplier calm,
            String run) {
        this.channel = channel;
        this.publisher = publisher;
        this.fleet = fleet;
        this.http = http;
        this.timers = timers;
        this.calm = calm;
        this.run = run;
        this.home = publisher % Fleet.NODES;
    }

    /** One more is due. */
    void tick() {
        due++;
        next();
    }

    boolean isIdle() {
        return due == 0 && !busy;
    }

    String channel() {
        return channel;
    }

    /** All that it has sent and decided. */
    List<Sent> sent() {
        return sent;
    }

    /** Of those that were due and decided while nothing was broken: how many there were. */
    int calmSent() {
        return calmSent;
    }

    /** And how many of them were acknowledged. */
    int calmAcknowledged() {
        return calmAcknowledged;
    }

    private void next() {
        if (!busy && due > 0) {
            busy = true;
            due--;
            published++;
            attempt(new Attempt(1, node(), timers.nanoTime(), calm.getAsBoolean()));
        }
    }

    private int node() {
        return timers.nanoTime() - avoidUntil < 0 ? (home + 1) % Fleet.NODES : home;
    }

    private void attempt(Attempt attempt) {
        JsonObject data = new JsonObject()
                .put("c", channel)
                .put("p", publisher)
                .put("n", published)
                .put("t", System.currentTimeMillis());
        JsonObject body = new JsonObject()
                .put("channel", channel)
                .put("data", data)
                .put("idempotency_key", run + '-' + publisher + '-' + published);
        post(fleet.internalPort(attempt.node), body.toBuffer())
                .onSuccess(answer -> answered(attempt, new JsonObject(answer)))
                .onFailure(failure -> failed(attempt));
    }

    private Future<Buffer> post(int port, Buffer body) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/api/publish")
                .setIdleTimeout(ATTEMPT_MILLIS)
                .setConnectTimeout(ATTEMPT_MILLIS)
                .putHeader("X-API-Key", NodeFixture.API_KEY);
        return http.request(request)
                .compose(each -> each.send(body))
                .compose(response -> response.statusCode() == 200
                        ? response.body()
                        : Future.failedFuture("status " + response.statusCode()));
    }

    private void answered(Attempt attempt, JsonObject answer) {
        JsonObject result = answer.getJsonObject("result");
        if (result == null) {
            int code = answer.getJsonObject("error").getInteger("code");
            if (code == INTERNAL) {
                failed(attempt);
            } else {
                decide(attempt, Sent.Outcome.REFUSED, null);
            }
        } else {
            String epoch = result.getString("epoch");
            Place place = epoch == null ? null : new Place(epoch, result.getLong("offset"));
            decide(attempt, Sent.Outcome.ACKNOWLEDGED, place);
        }
    }

    private void failed(Attempt attempt) {
        if (attempt.node == home) {
            avoidUntil = timers.nanoTime() + AVOID_NANOS;
        }
        boolean patient = (published + publisher) % 2 == 1 && timers.nanoTime() - attempt.since < GIVE_UP_NANOS;
        if (patient) {
            Attempt again =
                    new Attempt(attempt.count + 1, (attempt.node + 1) % Fleet.NODES, attempt.since, attempt.wasCalm);
            timers.after(RETRY_MILLIS, () -> attempt(again));
        } else {
            decide(attempt, Sent.Outcome.MAYBE, null);
        }
    }

    private void decide(Attempt attempt, Sent.Outcome outcome, @Nullable Place place) {
        sent.add(new Sent(Ids.of(publisher, published), outcome, place, attempt.count));
        if (attempt.wasCalm && calm.getAsBoolean()) {
            calmSent++;
            calmAcknowledged += outcome == Sent.Outcome.ACKNOWLEDGED ? 1 : 0;
        }
        busy = false;
        next();
    }
}
