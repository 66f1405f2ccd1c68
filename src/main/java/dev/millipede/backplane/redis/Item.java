package dev.millipede.backplane.redis;

import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** One request on its way through a {@link Pipeline}. Compared by identity. Confined to the event loop of the router. */
final class Item {
    private static final int MOST_RELOADS = 5;

    private final Request request;
    private final Kind kind;
    private final int weight;
    private final Answer answer;
    private boolean told;
    private boolean alone;
    private int reloads;
    private long since;

    /** What happens to it when things go wrong. */
    enum Kind {
        /** Must not be sent twice: where it was carried out and its answer got lost, it is told null. */
        WRITE,
        /** Is sent again, alone, where its answer got lost. */
        READ,
        /** As {@link #WRITE}, and waits for as long as it takes. */
        PROBE
    }

    /** Who waits for it. */
    interface Answer {
        /**
         * Told once, on the loop.
         *
         * @param response null with a failure, and when the request was carried out and its answer got lost
         */
        void told(@Nullable Response response, @Nullable Throwable failure);

        /** Nothing is held for it any more; told once, at the same time or later. */
        default void ended() {}
    }

    /** @param weight how much it asks for at most, against the pipeline's window */
    Item(Request request, Kind kind, int weight, Answer answer) {
        this.request = request;
        this.kind = kind;
        this.weight = weight;
        this.answer = answer;
    }

    Request request() {
        return request;
    }

    int weight() {
        return weight;
    }

    boolean isRead() {
        return kind == Kind.READ;
    }

    void enter(long now) {
        since = now;
    }

    long age(long now) {
        return now - since;
    }

    /** Whether somebody still waits for it. */
    boolean isOwed() {
        return !told;
    }

    /** It is owed no longer than a certain time. */
    boolean isImpatient() {
        return kind != Kind.PROBE;
    }

    boolean isAlone() {
        return alone;
    }

    void sendAlone() {
        alone = true;
    }

    /** Whether it may be sent once more, as Redis did not know its script; not for ever, should it never come to know it. */
    boolean reload() {
        return reloads++ < MOST_RELOADS;
    }

    /** Tells whoever waits, unless they know already. */
    void tell(@Nullable Response response, @Nullable Throwable failure) {
        if (!told) {
            told = true;
            answer.told(response, failure);
        }
    }

    void fail(String why) {
        tell(null, new IllegalStateException(why));
    }

    /** The last word. */
    void end(@Nullable Response response, @Nullable Throwable failure) {
        tell(response, failure);
        answer.ended();
    }
}
