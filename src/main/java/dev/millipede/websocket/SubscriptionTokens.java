package dev.millipede.websocket;

import dev.millipede.auth.SubscriptionVerdict;
import dev.millipede.auth.SubscriptionVerdict.Expired;
import dev.millipede.auth.SubscriptionVerdict.Unavailable;
import dev.millipede.auth.SubscriptionVerdict.Valid;
import dev.millipede.channel.Channel;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.SubRefreshed;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Subscriptions by token: verified, renewed, ended when the token has expired and nothing came in its place (client protocol
 * §10). Confined to the event loop of its WebSocketVerticle.
 */
final class SubscriptionTokens {
    /** Of the push; SDKs fetch a token and subscribe again. */
    static final int EXPIRED_CODE = 2501;

    static final String EXPIRED_REASON = "subscription expired";

    /** Tokens of one connection that may be verified elsewhere at one time. */
    private static final int MAX_CHECKS = 4;

    private final Instance instance;

    SubscriptionTokens(Instance instance) {
        this.instance = instance;
    }

    /** Subscribes where the token allows it; commands for the same channel wait meanwhile. */
    void subscribe(Connection from, Channel channel, Command.Subscribe command, String token) {
        verify(
                from,
                command.id(),
                token,
                new Checking(channel.name(), true),
                verdict -> judged(from, channel, command, verdict));
    }

    /** Goes on with a verdict, at once where it is there; one connection must not keep everybody's threads. */
    private void verify(Connection from, long id, String token, Checking checking, Consumer<SubscriptionVerdict> next) {
        if (from.pending != null && from.pending.checks.size() >= MAX_CHECKS) {
            instance.fail(from, id, ErrorCode.TOO_MANY_REQUESTS);
            return;
        }
        Future<SubscriptionVerdict> verdict =
                instance.policy().rules().authenticator().authorize(token);
        if (verdict.isComplete()) {
            next.accept(verdict.result());
            return;
        }
        from.makePending().checks.add(checking);
        verdict.onSuccess(judged -> instance.guarded(from, () -> {
            if (from.checked(checking)) {
                next.accept(judged);
                instance.commands.resume(from, checking.waiting);
            }
        }));
    }

    private void judged(Connection from, Channel channel, Command.Subscribe command, SubscriptionVerdict verdict) {
        if (!(verdict instanceof Valid valid)) {
            refused(from, command.id(), verdict);
        } else if (Channel.of(channel.name(), instance.policy().rules().namespaces()) == null) {
            instance.fail(from, command.id(), ErrorCode.UNKNOWN_CHANNEL);
        } else if (isFor(from, channel.name(), valid)) {
            Terms terms = new Terms(valid.expiresAt(), valid.info(), valid.data());
            instance.admission.wasGood(from);
            instance.subscribers.join(from, channel, command.id(), command.since(), command.strict(), terms);
        } else {
            from.close(CloseCode.INVALID_TOKEN);
        }
    }

    private static boolean isFor(Connection from, String channel, Valid valid) {
        return valid.channel().equals(channel)
                && valid.user().equals(from.user)
                && (valid.client().isEmpty() || valid.client().equals(from.id()));
    }

    private void refused(Connection from, long id, SubscriptionVerdict verdict) {
        instance.fail(from, id, error(verdict));
        if (!(verdict instanceof Unavailable)) {
            instance.admission.wasBad(from);
        }
    }

    private static ErrorCode error(SubscriptionVerdict verdict) {
        return verdict instanceof Expired
                ? ErrorCode.TOKEN_EXPIRED
                : verdict instanceof Unavailable ? ErrorCode.INTERNAL : ErrorCode.PERMISSION_DENIED;
    }

    /** Lets a subscription go on for as long as a new token says. */
    void refresh(Connection from, Command.SubRefresh command) {
        if (from.local(command.channel()) == null) {
            instance.fail(from, command.id(), ErrorCode.PERMISSION_DENIED);
            return;
        }
        verify(
                from,
                command.id(),
                command.token(),
                new Checking(command.channel(), false),
                verdict -> refreshed(from, command, verdict));
    }

    private void refreshed(Connection from, Command.SubRefresh command, SubscriptionVerdict verdict) {
        LocalChannel local = from.local(command.channel());
        if (local == null) {
            instance.fail(from, command.id(), ErrorCode.PERMISSION_DENIED);
        } else if (!(verdict instanceof Valid valid)) {
            refused(from, command.id(), verdict);
        } else if (isFor(from, command.channel(), valid)) {
            int ttl = ttl(valid.expiresAt());
            instance.admission.wasGood(from);
            from.keptByToken(local);
            from.makeExtras().renewed(local, instance.heartbeat.tickIn(ttl), valid.info());
            instance.heartbeat.changed(from);
            instance.reply(from, new SubRefreshed(command.id(), ttl));
        } else {
            from.close(CloseCode.INVALID_TOKEN);
        }
    }

    /** A subscription by a token begins. */
    void began(Connection connection, LocalChannel local, Terms terms) {
        if (terms.expiresAt() != 0 || terms.info() != null) {
            int expiry = instance.heartbeat.tickIn(ttl(terms.expiresAt()));
            connection.makeExtras().subscribed(local, expiry, terms.info());
            instance.heartbeat.changed(connection);
        }
    }

    /** Seconds until then, at least 1; 0 for never. */
    int ttl(long expiresAt) {
        return instance.policy().rules().secondsUntil(expiresAt);
    }

    /** Ends subscriptions whose token had expired at that tick. */
    void expire(Connection connection, int tick) {
        Extras extras = connection.extras;
        if (extras == null || extras.nextExpiry() > tick) {
            return;
        }
        for (LocalChannel local : extras.expired(tick)) {
            if (connection.isOpen()) {
                instance.endSubscription(connection, local, EXPIRED_CODE, EXPIRED_REASON);
            }
        }
    }
}
