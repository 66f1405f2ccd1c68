package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfToken;
import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.backplane.Revocations;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Each revocation is a key of its own, which Redis forgets in time; besides there is a log of them, see {@link
 * RevocationLog}. The listener is called on the event loop of the router. Safe on any thread.
 */
final class RedisRevocations implements Revocations {
    /** For so long at least who is cut off from Redis is told later what was revoked meanwhile. */
    private static final long LOG_MILLIS = 60_000;

    private final RedisBroker broker;
    private final RegistryKeys keys;
    private final boolean on;
    private final UnderWay questions = new UnderWay();
    private volatile Consumer<Set<Revocation>> listener = fresh -> {};

    /** @param on otherwise nothing is revoked, and nothing can be */
    RedisRevocations(RedisBroker broker, RegistryKeys keys, boolean on) {
        this.broker = broker;
        this.keys = keys;
        this.on = on;
    }

    @Override
    public Future<Boolean> isRevoked(String user, long issuedAt, @Nullable OfToken id) {
        if (!on) {
            return Future.succeededFuture(false);
        }
        // It answers with nothing, and not with an error, for a key that holds something else.
        Request request = Request.cmd(Command.MGET).arg(keys.revocation(new OfUser(user)));
        if (id != null) {
            request.arg(keys.revocation(id));
        }
        return ask(request, answer -> isRevoked(answer, issuedAt));
    }

    private static boolean isRevoked(@Nullable Response answer, long issuedAt) {
        if (answer == null || answer.type() != ResponseType.MULTI || answer.size() == 0) {
            throw new IllegalStateException("Redis answered with no revocations");
        }
        Response ofUser = answer.get(0);
        boolean before = ofUser != null && Revocation.concerns(issuedAt, moment(ofUser));
        return before || (answer.size() > 1 && answer.get(1) != null);
    }

    /** One that cannot be read concerns all. */
    private static long moment(Response text) {
        try {
            return Long.parseLong(text.toString());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public Future<Void> revoke(Revocation revocation, Duration keep) {
        if (!on) {
            return Future.failedFuture("revocation is off");
        }
        Request request = Script.REVOKE
                .call(2)
                .arg(keys.revocation(revocation))
                .arg(keys.revocations())
                .arg(RegistryKeys.kind(revocation))
                .arg(RegistryKeys.value(revocation).getBytes(UTF_8))
                .arg(keep.toMillis())
                .arg(Math.max(LOG_MILLIS, keep.toMillis()));
        return ask(request, answer -> {
                    if (RegistryAnswers.code(answer, null) != RegistryAnswers.DONE) {
                        throw new IllegalStateException(RegistryAnswers.why(answer, null));
                    }
                    return revocation;
                })
                .mapEmpty();
    }

    /** Both may be asked twice: who is revoked a second time is revoked. */
    private <T> Future<T> ask(Request request, Function<@Nullable Response, T> reader) {
        return broker.ask(
                questions,
                0,
                (target, answer) -> reader.apply(answer),
                (target, answer) -> target.session().publish(new Item(request, Item.Kind.READ, 1, answer)));
    }

    @Override
    public void listen(Consumer<Set<Revocation>> told) {
        listener = told;
    }

    /** What is new, on the loop. */
    void revoked(Set<Revocation> fresh) {
        listener.accept(fresh);
    }
}
