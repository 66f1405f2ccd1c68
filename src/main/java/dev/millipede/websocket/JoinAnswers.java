package dev.millipede.websocket;

import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.ServerMessage.Subscribed;
import dev.millipede.protocol.ServerMessage.Subscription;

/**
 * What a client hears when a subscription on its way has ended: the reply to its subscribe command, then what waited for
 * that; of an automatic channel nothing, as the connect command is still to be answered. Confined to the event loop of its
 * WebSocketVerticle.
 */
final class JoinAnswers implements LocalSubscribers.Outcome {
    private final Instance instance;

    JoinAnswers(Instance instance) {
        this.instance = instance;
    }

    @Override
    public void joined(Joining joining) {
        instance.guarded(joining.connection, () -> {
            if (joining.command == Joining.AUTOMATIC) {
                instance.opening.joined(joining.connection);
            } else {
                instance.reply(joining.connection, new Subscribed(joining.command, Subscription.PLAIN));
                instance.commands.resume(joining);
            }
        });
    }

    @Override
    public void failed(Joining joining) {
        instance.guarded(joining.connection, () -> {
            if (joining.command == Joining.AUTOMATIC) {
                instance.opening.failed(joining.connection);
            } else {
                instance.fail(joining.connection, joining.command, ErrorCode.INTERNAL);
                instance.commands.resume(joining);
            }
        });
    }
}
