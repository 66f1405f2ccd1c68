package dev.millipede.protocol;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for (client protocol §2, §3). {@code id} is the client's number for the command, 1 to 2^32-1, echoed
 * in the reply. Channel names are as sent: not yet validated.
 */
public sealed interface Command {
    /** Calls the receiver's method for this kind of command. */
    <C> void deliver(Receiver<C> to, C from);

    /**
     * One method for each command: a new command does not compile until every receiver knows it.
     *
     * @param <C> who sends commands
     */
    interface Receiver<C> {
        void connect(C from, Connect command);

        void subscribe(C from, Subscribe command);

        void unsubscribe(C from, Unsubscribe command);

        void publish(C from, Publish command);

        void refresh(C from, Refresh command);

        void notAvailable(C from, NotAvailable command);

        void send(C from, Send command);

        void pong(C from, Pong command);
    }

    /** First command of a connection; {@code token} is null or "" for an anonymous user. */
    record Connect(long id, @Nullable String token) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.connect(from, this);
        }
    }

    /** {@code token} is for channels that need a subscription token. */
    record Subscribe(long id, String channel, @Nullable String token) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.subscribe(from, this);
        }
    }

    record Unsubscribe(long id, String channel) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.unsubscribe(from, this);
        }
    }

    /** {@code data} is null when the field was missing. */
    record Publish(long id, String channel, @Nullable Payload data) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.publish(from, this);
        }
    }

    record Refresh(long id, String token) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.refresh(from, this);
        }
    }

    /** A command that exists in the protocol but not yet here: presence, history, rpc and the like. */
    record NotAvailable(long id) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.notAvailable(from, this);
        }
    }

    /** A one-way message; nobody listens to those. */
    record Send() implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.send(from, this);
        }
    }

    /** The answer to a server ping: a command without an id. */
    record Pong() implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.pong(from, this);
        }
    }
}
