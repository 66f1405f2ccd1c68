package dev.millipede.backplane.redis;

import dev.millipede.backplane.redis.KeptConnection.User;
import io.vertx.core.AsyncResult;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that asks. What is asked in one turn of the loop is written at once; answers are not waited for before the
 * next. The scripts are made known on each connection before anything else, and again when Redis has forgotten them:
 * then nothing more is written until all is answered that was, and what was refused for that goes first, in its order. So
 * requests are carried out in the order in which they came, with two exceptions: reads that are repeated, and scripts that
 * somebody else makes known while some of ours are under way. Confined to the event loop of the router; the caller bounds
 * how much is under way.
 */
final class Pipeline implements User {
    /** After so long without an answer nobody is kept waiting; with the time between two ticks less than 3 s. */
    static final long OWED_MILLIS = 2_500;

    private static final String STILL_STARTING = "LOADING";

    private static final Logger log = LoggerFactory.getLogger(Pipeline.class);
    private static final int MAX_BATCH = 512;

    /** How the client marks, in one text for a whole batch, which commands Redis refused. */
    private static final Pattern REFUSED = Pattern.compile("(?m)^ERR \\[(\\d+)] (.*)$");

    private final ContextInternal context;
    private final KeptConnection kept;
    private final int window;
    private final Runnable ready;
    private final ArrayDeque<Item> waiting = new ArrayDeque<>();

    /** Written on this connection and not answered, in that order. */
    private ArrayDeque<Item> written = new ArrayDeque<>();

    /** Refused because Redis did not know the script, in that order. */
    private final List<Item> unloaded = new ArrayList<>();

    private int writtenWeight;
    private boolean flushing;
    private boolean refusalReported;
    private long now;
    private long lastAnswer;
    private @Nullable RedisConnection connection;

    /**
     * Connects to nothing yet.
     *
     * @param context of the router's event loop
     * @param purpose a word for the log
     * @param window weight of the items that may be written and not answered, if those are more than one
     * @param ready told of each new connection before anybody else can ask something on it
     */
    Pipeline(
            ContextInternal context,
            Connector connector,
            String purpose,
            int window,
            RandomGenerator random,
            Runnable ready) {
        this.context = context;
        this.window = window;
        this.ready = ready;
        this.kept = new KeptConnection(context, connector, purpose, this, random);
    }

    KeptConnection kept() {
        return kept;
    }

    void send(Item item) {
        item.enter(now);
        if (connection == null) {
            item.end(null, new IllegalStateException("Redis is away"));
            return;
        }
        waiting.add(item);
        if (!flushing) {
            flushing = true;
            // Everything else that is to be asked in this turn goes along.
            context.runOnContext(ignored -> {
                flushing = false;
                flush();
            });
        }
    }

    private void flush() {
        RedisConnection target = connection;
        if (target == null) {
            return;
        }
        if (!unloaded.isEmpty()) {
            if (!written.isEmpty()) {
                return;
            }
            load(target);
            first(unloaded);
            unloaded.clear();
        }
        List<Item> batch = nextBatch();
        while (!batch.isEmpty()) {
            write(target, batch);
            batch = nextBatch();
        }
    }

    private void first(List<Item> items) {
        for (int i = items.size() - 1; i >= 0; i--) {
            waiting.addFirst(items.get(i));
        }
    }

    private List<Item> nextBatch() {
        List<Item> batch = new ArrayList<>();
        Item item = waiting.peek();
        while (item != null && batch.size() < MAX_BATCH && fits(item, batch)) {
            waiting.remove();
            if (item.isOwed()) {
                lastAnswer = written.isEmpty() ? now : lastAnswer;
                batch.add(item);
                written.add(item);
                writtenWeight += item.weight();
            } else {
                item.end(null, null);
            }
            item = waiting.peek();
        }
        return batch;
    }

    private boolean fits(Item item, List<Item> batch) {
        boolean mixes = !batch.isEmpty() && (item.isAlone() || batch.get(0).isAlone());
        return !mixes && (written.isEmpty() || writtenWeight + item.weight() <= window);
    }

    private void write(RedisConnection target, List<Item> batch) {
        ArrayDeque<Item> unanswered = written;
        if (batch.size() == 1) {
            target.send(batch.get(0).request()).onComplete(answer -> {
                Map<Integer, String> refused = answer.succeeded()
                        ? Map.of()
                        : Map.of(0, String.valueOf(answer.cause().getMessage()));
                answered(unanswered, 1, answer.map(Collections::singletonList), refused);
            });
            return;
        }
        List<Request> requests = batch.stream().map(Item::request).toList();
        target.batch(requests).onComplete(answers -> {
            Map<Integer, String> refused = answers.succeeded()
                    ? Map.of()
                    : refused(String.valueOf(answers.cause().getMessage()));
            answered(unanswered, batch.size(), answers, refused);
        });
    }

    private void load(RedisConnection target) {
        target.batch(Script.loads().toList()).onFailure(failure -> {
            String why = String.valueOf(failure.getMessage());
            // While it reads its data back after a restart it says so to every command; then the scripts are missed
            // once.
            if (target == connection && !refusalReported && !why.contains(STILL_STARTING)) {
                refusalReported = true;
                log.error("Redis refuses the scripts that history needs: {}", why);
            }
        });
    }

    /** Answers come in the order of what was written; of a connection that is lost they belong to nobody. */
    private void answered(
            ArrayDeque<Item> unanswered, int count, AsyncResult<List<Response>> answers, Map<Integer, String> refused) {
        List<Item> again = new ArrayList<>();
        lastAnswer = now;
        for (int i = 0; i < count && !unanswered.isEmpty(); i++) {
            Item item = unanswered.remove();
            writtenWeight -= item.weight();
            String why = refused.get(i);
            if (answers.succeeded()) {
                item.end(answers.result().get(i), null);
            } else if (why != null && why.startsWith("NOSCRIPT") && item.isOwed() && item.reload()) {
                unloaded.add(item);
            } else if (why != null || refused.isEmpty()) {
                item.end(null, why == null ? answers.cause() : new IllegalStateException(why));
            } else if (item.isRead() && item.isOwed()) {
                item.sendAlone();
                again.add(item);
            } else {
                item.end(null, null);
            }
        }
        if (unanswered == written) {
            first(again);
            flush();
        }
    }

    /** The commands of a batch that Redis refused, and why; none when the whole batch failed. */
    static Map<Integer, String> refused(String failure) {
        Map<Integer, String> refused = new HashMap<>();
        Matcher matcher = REFUSED.matcher(failure);
        while (matcher.find()) {
            refused.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
        }
        return refused;
    }

    /**
     * Lets nobody wait for too long.
     *
     * @param millis of a clock that stands while this process does
     */
    void tick(long millis) {
        now = millis;
        // Whoever is told may ask for something at once.
        List<Item> overdue = Stream.of(unloaded, written, waiting)
                .flatMap(Collection::stream)
                .filter(item -> item.isImpatient() && item.isOwed() && item.age(now) > OWED_MILLIS)
                .toList();
        overdue.forEach(item -> item.fail("Redis does not answer"));
    }

    /** For how many milliseconds Redis has owed an answer and given none; 0 when it owes none. */
    long silence() {
        return written.isEmpty() ? 0 : now - lastAnswer;
    }

    @Override
    public void opened(RedisConnection opened) {
        connection = opened;
        refusalReported = false;
        load(opened);
        ready.run();
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
        List<Item> ended = new ArrayList<>(unloaded);
        ended.addAll(written);
        written.clear();
        written = new ArrayDeque<>();
        writtenWeight = 0;
        unloaded.clear();
        ended.addAll(waiting);
        waiting.clear();
        ended.forEach(item -> item.end(null, new IllegalStateException("the connection to Redis is lost")));
    }
}
