package dev.millipede.backplane.redis;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfToken;
import dev.millipede.backplane.Revocation.OfUser;
import io.vertx.redis.client.Response;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Looks for new revocations, a few times a second, in a stream that Redis keeps in order: nothing is missed by who was away,
 * and a look costs next to nothing while there are none. Confined to the event loop of the router.
 */
final class RevocationLog {
    /** What is read again on a new connection: it may lead to another Redis, whose clock is behind by so much. */
    static final long OVERLAP_MILLIS = 10_000;

    /** Entries in one answer. */
    private static final int PAGE = 1_000;

    /** Failures in a row that are said: about a second of them. */
    private static final int PATIENCE = 4;

    private final RegistryKeys keys;
    private final Consumer<Item> redis;
    private final Consumer<Set<Revocation>> listener;
    private final Runnable looked;
    private final Outage outage =
            new Outage(LoggerFactory.getLogger(RevocationLog.class), "Reading new revocations from Redis", PATIENCE);

    /** Those of the last {@link #OVERLAP_MILLIS}, oldest first. */
    private final Set<Id> told = new LinkedHashSet<>();

    /** Behind which is to be read; null before the first answer, which may be a refusal. */
    private @Nullable Id read;

    /** The last there was. */
    private Id newest = new Id(0, 0);

    private boolean asking;

    /** Of an entry: milliseconds since 1970 by Redis' clock, and which of those of that moment. */
    private record Id(long millis, long number) {
        boolean isAfter(Id other) {
            return millis == other.millis ? number > other.number : millis > other.millis;
        }

        static @Nullable Id parse(@Nullable Response text) {
            try {
                String[] parts = String.valueOf(text).split("-", 2);
                return new Id(Long.parseLong(parts[0]), Long.parseLong(parts[parts.length - 1]));
            } catch (NumberFormatException e) {
                return null;
            }
        }

        @Override
        public String toString() {
            return millis + "-" + number;
        }
    }

    /**
     * Asks for nothing yet.
     *
     * @param redis sends a request
     * @param listener told of what is new
     * @param looked called after each look that worked
     */
    RevocationLog(RegistryKeys keys, Consumer<Item> redis, Consumer<Set<Revocation>> listener, Runnable looked) {
        this.keys = keys;
        this.redis = redis;
        this.listener = listener;
        this.looked = looked;
    }

    /**
     * There is a connection. The first time it asks where the log ends, before anybody can ask on this connection whether
     * something is revoked: so whatever that answer does not know yet, comes later.
     */
    void opened() {
        if (read != null) {
            read = new Id(Math.max(0, newest.millis - OVERLAP_MILLIS), 0);
        }
        look();
    }

    void look() {
        if (asking) {
            return;
        }
        asking = true;
        redis.accept(new Item(
                Script.REVOKED_SINCE
                        .call(1)
                        .arg(keys.revocations())
                        .arg(read == null ? "" : read.toString())
                        .arg(PAGE),
                Item.Kind.READ,
                1,
                this::answered));
    }

    private void answered(@Nullable Response answer, @Nullable Throwable failure) {
        asking = false;
        Response entries =
                RegistryAnswers.code(answer, failure) == RegistryAnswers.DONE ? RegistryAnswers.part(answer, 1) : null;
        if (entries == null) {
            outage.failed(RegistryAnswers.why(answer, failure));
            begin(RegistryAnswers.part(answer, 2));
            return;
        }
        outage.worked();
        looked.run();
        if (read == null) {
            Id last = entries.size() == 0 ? null : Id.parse(RegistryAnswers.part(entries.get(0), 0));
            newest = last == null ? newest : last;
            read = newest;
        } else {
            take(entries);
        }
    }

    /**
     * Redis did not say where the log ends: it is read from that moment on, once it may be. Whoever asks in the meantime
     * whether something is revoked may be told no.
     */
    private void begin(@Nullable Response moment) {
        Id now = Id.parse(moment);
        if (read == null && now != null && now.millis > 0) {
            // Another entry of the same millisecond may come yet.
            newest = new Id(now.millis - 1, 0);
            read = newest;
        }
    }

    private void take(Response entries) {
        Set<Revocation> fresh = new HashSet<>();
        for (Response entry : entries) {
            Id id = Id.parse(RegistryAnswers.part(entry, 0));
            if (id != null) {
                read = id;
                newest = id.isAfter(newest) ? id : newest;
                Revocation revocation = told.add(id) ? revocation(RegistryAnswers.part(entry, 1)) : null;
                if (revocation != null) {
                    fresh.add(revocation);
                }
            }
        }
        forget();
        if (!fresh.isEmpty()) {
            listener.accept(fresh);
        }
        if (entries.size() == PAGE) {
            look();
        }
    }

    private void forget() {
        Iterator<Id> oldest = told.iterator();
        long since = newest.millis - OVERLAP_MILLIS;
        while (oldest.hasNext() && oldest.next().millis < since) {
            oldest.remove();
        }
    }

    /** Null for what is none. */
    private static @Nullable Revocation revocation(@Nullable Response fields) {
        Response kind = RegistryAnswers.part(fields, 0);
        Response value = RegistryAnswers.part(fields, 1);
        if (kind == null || value == null) {
            return null;
        }
        String text = value.toString();
        if (kind.toString().equals(RegistryKeys.USER)) {
            return new OfUser(text);
        }
        return kind.toString().equals(RegistryKeys.TOKEN) && text.matches("[0-9a-f]{16}")
                ? new OfToken(HexFormat.fromHexDigitsToLong(text))
                : null;
    }
}
