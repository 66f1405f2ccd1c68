package dev.millipede.backplane.memory;

import dev.millipede.backplane.PublishOptions;
import dev.millipede.backplane.Published;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What became of publications with an idempotency key, for as long as that is owed, the {@value #MOST} newest of them at
 * the most. Confined to the event loop of the router; times are milliseconds of a clock that never goes back.
 */
final class Outcomes {
    /** Past that the oldest is forgotten before its time. */
    static final int MOST = 100_000;

    private static final long KEPT_MILLIS = TimeUnit.SECONDS.toMillis(PublishOptions.IDEMPOTENCY_SECONDS);

    /** Oldest first, as all are kept equally long. */
    private final Map<Key, Outcome> byKey = new LinkedHashMap<>();

    private record Key(String channel, String key) {}

    private record Outcome(Published published, long until) {}

    /** Null when there is none, or none any more. */
    @Nullable
    Published find(String channel, String key, long now) {
        expire(now);
        Outcome outcome = byKey.get(new Key(channel, key));
        return outcome == null ? null : outcome.published;
    }

    void remember(String channel, String key, Published published, long now) {
        if (byKey.size() >= MOST) {
            Iterator<Key> oldest = byKey.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        byKey.put(new Key(channel, key), new Outcome(published, now + KEPT_MILLIS));
    }

    private void expire(long now) {
        Iterator<Outcome> oldest = byKey.values().iterator();
        while (oldest.hasNext() && oldest.next().until <= now) {
            oldest.remove();
        }
    }

    int size() {
        return byKey.size();
    }
}
