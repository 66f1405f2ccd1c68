package dev.millipede.websocket;

import dev.millipede.auth.Action;
import dev.millipede.auth.Decision;
import dev.millipede.auth.Standing;
import dev.millipede.backplane.Revocation;
import dev.millipede.channel.Channel;
import dev.millipede.protocol.CloseCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes back what connections have and may not have any more: those of revoked tokens, subscriptions that another policy does
 * not allow. Confined to the event loop of its WebSocketVerticle.
 */
final class Recheck {
    /** Of the push; SDKs do not subscribe again by themselves. */
    static final int UNSUBSCRIBED = 2000;

    static final String REASON = "server unsubscribe";

    private final Instance instance;
    private final Sweep sweep;

    /** What is still to be looked for. */
    private final Set<Revocation> revoked = new HashSet<>();

    private boolean policyChanged;
    private boolean sweeping;

    Recheck(Instance instance, Loop loop) {
        this.instance = instance;
        this.sweep = new Sweep(instance, loop);
    }

    /** Closes every connection that came by one of these. */
    void revoked(Set<Revocation> revocations) {
        revoked.addAll(revocations);
        next();
    }

    /** Another policy holds: ends the subscriptions that clients made and could not make now. */
    void policyChanged() {
        policyChanged = true;
        next();
    }

    /** One sweep at a time, for all that has come until then. */
    private void next() {
        if (sweeping || (revoked.isEmpty() && !policyChanged)) {
            return;
        }
        Set<Revocation> revocations = Set.copyOf(revoked);
        boolean policy = policyChanged;
        revoked.clear();
        policyChanged = false;
        sweeping = true;
        sweep.visit(
                connection -> {
                    if (isRevoked(connection, revocations)) {
                        connection.close(CloseCode.INVALID_TOKEN);
                    } else if (policy) {
                        policyChanged(connection);
                    }
                },
                () -> {
                    sweeping = false;
                    next();
                });
    }

    private static boolean isRevoked(Connection connection, Set<Revocation> revocations) {
        Extras extras = connection.extras;
        return !revocations.isEmpty()
                && ((extras != null && extras.token != null && revocations.contains(extras.token))
                        || (!connection.user.isEmpty()
                                && revocations.contains(new Revocation.OfUser(connection.user))));
    }

    /** The same for one connection, whose subscription was on its way meanwhile. */
    void policyChanged(Connection connection) {
        for (LocalChannel local : subscribedByThemselves(connection)) {
            if (connection.isOpen() && !isAllowed(connection, local)) {
                instance.endSubscription(connection, local, UNSUBSCRIBED, REASON);
            }
        }
    }

    private List<LocalChannel> subscribedByThemselves(Connection connection) {
        List<LocalChannel> channels = new ArrayList<>(connection.subscriptions() + 1);
        for (int i = 0; i < connection.subscriptions(); i++) {
            channels.add(connection.subscription(i));
        }
        LocalChannel everybody = instance.subscribers.everybody();
        if (everybody != null && connection.broadcastSlot != Connection.NO_SLOT) {
            channels.add(everybody);
        }
        channels.removeIf(connection::isByServer);
        return channels;
    }

    private boolean isAllowed(Connection connection, LocalChannel local) {
        Rules rules = instance.policy().rules();
        Channel now = Channel.of(local.channel.name(), rules.namespaces());
        Standing standing = connection.isByToken(local) ? Standing.TOKEN : Standing.NOTHING;
        return now != null
                && rules.permissions().decide(connection.user, Action.SUBSCRIBE, now, standing) == Decision.ALLOWED;
    }
}
