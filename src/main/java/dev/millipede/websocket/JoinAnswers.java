package dev.millipede.websocket;

import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.Subscribed;

/**
 * What a client hears when a subscription on its way has ended: the reply to its subscribe command, then what waited for
 * that; of an automatic channel nothing, as the connect command is still to be answered. Confined to the event loop of its
 * WebSocketVerticle.
 */
final class JoinAnswers implements LocalSubscribers.Outcome {
    /** More than a reply has around its publications. */
    static final int REPLY_BYTES = 1_024;

    private final Instance instance;

    JoinAnswers(Instance instance) {
        this.instance = instance;
    }

    @Override
    public void joined(Joining joining) {
        instance.guarded(joining.connection, () -> {
            if (joining.isAutomatic()) {
                instance.opening.joined(joining);
            } else {
                instance.reply(joining.connection, new Subscribed(joining.command, joining.subscription));
                if (!joining.policy.equals(instance.policy())) {
                    instance.recheck.policyChanged(joining.connection);
                }
                instance.commands.resume(joining.connection, joining.waiting);
            }
        });
    }

    @Override
    public void began(Joining joining, Terms terms) {
        joining.subscription = joining.subscription.by(instance.tokens.ttl(terms.expiresAt()), terms.data());
        instance.tokens.began(joining.connection, joining.channel, terms);
    }

    @Override
    public void failed(Joining joining, ErrorCode error) {
        instance.guarded(joining.connection, () -> {
            if (joining.isAutomatic()) {
                instance.opening.failed(joining.connection);
            } else {
                instance.fail(joining.connection, joining.command, error);
                instance.commands.resume(joining.connection, joining.waiting);
            }
        });
    }

    /** Of an automatic channel that is seen when connect is answered. */
    @Override
    public boolean takes(Joining joining, int bytes) {
        return joining.isAutomatic() || bytes + REPLY_BYTES <= instance.outbox.room(joining.connection);
    }
}
