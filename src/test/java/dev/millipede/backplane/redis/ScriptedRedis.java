package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.types.BulkType;
import io.vertx.redis.client.impl.types.MultiType;
import io.vertx.redis.client.impl.types.NumberType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** A Redis that answers when the test says so, and what. */
final class ScriptedRedis implements Consumer<Item> {
    private final ArrayDeque<Item> unanswered = new ArrayDeque<>();
    private boolean away;

    @Override
    public void accept(Item item) {
        if (away) {
            item.end(null, new IllegalStateException("Redis is away"));
        } else {
            unanswered.add(item);
        }
    }

    /** From now on all fails at once. */
    void away(boolean now) {
        away = now;
    }

    /** Requests that wait for their answers. */
    int underWay() {
        return unanswered.size();
    }

    /** The keys and arguments of the oldest request that waits. */
    List<String> next() {
        return words(Objects.requireNonNull(unanswered.peek()));
    }

    private static List<String> words(Item item) {
        List<String> words = ((RequestImpl) item.request())
                .getArgs().stream().map(word -> new String(word, UTF_8)).toList();
        // Which script, and how many keys, goes before them.
        return words.subList(2, words.size());
    }

    /** Answers the oldest request as a script does. */
    List<String> answer(int... parts) {
        Item item = unanswered.remove();
        item.end(response(parts), null);
        return words(item);
    }

    /** Answers all there are by now; what they said. */
    List<List<String>> answerAll(int... parts) {
        List<List<String>> said = new ArrayList<>();
        for (int left = unanswered.size(); left > 0; left--) {
            said.add(answer(parts));
        }
        return said;
    }

    /** Answers the oldest request with entries of a stream, each an id, a field and its value. */
    List<String> answerEntries(String... idsFieldsValues) {
        MultiType entries = MultiType.create(idsFieldsValues.length / 3, false);
        for (int i = 0; i < idsFieldsValues.length; i += 3) {
            MultiType fields = multi(bulk(idsFieldsValues[i + 1]), bulk(idsFieldsValues[i + 2]));
            entries.add(multi(bulk(idsFieldsValues[i]), fields));
        }
        Item item = unanswered.remove();
        item.end(multi(NumberType.create(0), entries), null);
        return words(item);
    }

    /** Answers the oldest request as a script does that was refused something, at a moment in milliseconds since 1970. */
    List<String> refuse(String why, String moment) {
        Item item = unanswered.remove();
        item.end(multi(NumberType.create(-1), bulk(why), bulk(moment)), null);
        return words(item);
    }

    private static Response bulk(String text) {
        return BulkType.create(Buffer.buffer(text), false);
    }

    private static MultiType multi(Response... parts) {
        MultiType multi = MultiType.create(parts.length, false);
        for (Response part : parts) {
            multi.add(part);
        }
        return multi;
    }

    void fail() {
        unanswered.remove().end(null, new IllegalStateException("the connection to Redis is lost"));
    }

    static Response response(int... parts) {
        MultiType response = MultiType.create(parts.length, false);
        for (int part : parts) {
            response.add(NumberType.create(part));
        }
        return response;
    }
}
