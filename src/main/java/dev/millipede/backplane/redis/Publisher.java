package dev.millipede.backplane.redis;

import dev.millipede.backplane.redis.KeptConnection.User;
import io.vertx.core.AsyncResult;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The connection that publishes. What is published in one turn of the loop is written at once; answers are not waited for
 * before the next. Confined to the event loop of the router; the caller bounds how much is under way.
 */
final class Publisher implements User {
    private static final int MAX_BATCH = 512;

    /** How the client marks, in one text for a whole batch, which commands Redis refused. */
    private static final Pattern REFUSED = Pattern.compile("(?m)^ERR \\[(\\d+)] (.*)$");

    private final ContextInternal context;
    private final KeptConnection kept;
    private List<Item> waiting = new ArrayList<>();

    /** Written on this connection and not answered, in that order. */
    private ArrayDeque<Item> written = new ArrayDeque<>();

    private boolean flushing;
    private @Nullable RedisConnection connection;

    /**
     * One publication on its way.
     *
     * @param receivers told once, on this loop, to how many connections Redis handed it, or why it did not
     */
    record Item(Request request, Completable<Integer> receivers) {}

    /** @param context of the router's event loop */
    Publisher(ContextInternal context, Connector connector, RandomGenerator random) {
        this.context = context;
        this.kept = new KeptConnection(context, connector, "publish", this, random);
    }

    KeptConnection kept() {
        return kept;
    }

    void publish(Item item) {
        if (connection == null) {
            item.receivers.fail("Redis is away");
            return;
        }
        waiting.add(item);
        if (!flushing) {
            flushing = true;
            // Everything else that is to be published in this turn goes along.
            context.runOnContext(ignored -> flush());
        }
    }

    private void flush() {
        flushing = false;
        RedisConnection target = connection;
        List<Item> items = waiting;
        waiting = new ArrayList<>();
        for (int from = 0; from < items.size(); from += MAX_BATCH) {
            List<Item> batch = items.subList(from, Math.min(items.size(), from + MAX_BATCH));
            if (target == null) {
                batch.forEach(item -> item.receivers.fail("Redis is away"));
            } else {
                write(target, batch);
            }
        }
    }

    private void write(RedisConnection target, List<Item> batch) {
        ArrayDeque<Item> unanswered = written;
        unanswered.addAll(batch);
        if (batch.size() == 1) {
            target.send(batch.get(0).request)
                    .map(answer -> List.of(answer))
                    .onComplete(answers -> answered(unanswered, 1, answers));
            return;
        }
        List<Request> requests = new ArrayList<>(batch.size());
        batch.forEach(item -> requests.add(item.request));
        target.batch(requests).onComplete(answers -> answered(unanswered, batch.size(), answers));
    }

    /** The command that publishes a message; made on any thread. */
    static Request request(byte[] channel, byte[] message) {
        return Request.cmd(Command.PUBLISH).arg(channel).arg(message);
    }

    /** Answers come in the order of what was written; of a connection that is lost they belong to nobody. */
    private static void answered(ArrayDeque<Item> unanswered, int count, AsyncResult<List<Response>> answers) {
        if (unanswered.isEmpty()) {
            return;
        }
        Set<Integer> refused = answers.succeeded()
                ? Set.of()
                : refused(String.valueOf(answers.cause().getMessage()));
        for (int i = 0; i < count; i++) {
            Item item = unanswered.remove();
            if (answers.succeeded()) {
                item.receivers.succeed(answers.result().get(i).toInteger());
            } else if (refused.isEmpty() || refused.contains(i)) {
                item.receivers.fail(answers.cause());
            } else {
                item.receivers.succeed(1);
            }
        }
    }

    /** The commands of a batch that Redis refused; none when the whole batch failed. */
    static Set<Integer> refused(String failure) {
        Set<Integer> refused = new HashSet<>();
        Matcher matcher = REFUSED.matcher(failure);
        while (matcher.find()) {
            refused.add(Integer.parseInt(matcher.group(1)));
        }
        return refused;
    }

    @Override
    public void opened(RedisConnection opened) {
        connection = opened;
    }

    @Override
    public void message(@Nullable Response message) {
        // An answer to nothing: this connection is not what it should be.
        kept.drop("it answered what was not asked");
    }

    /** Fails what is under way by itself: a dead socket whose buffer is full may take many minutes to say that it is closed. */
    @Override
    public void lost() {
        connection = null;
        ArrayDeque<Item> unanswered = written;
        written = new ArrayDeque<>();
        while (!unanswered.isEmpty()) {
            unanswered.remove().receivers.fail("the connection to Redis is lost");
        }
        flush();
    }
}
