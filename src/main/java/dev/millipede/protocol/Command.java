package dev.millipede.protocol;

import dev.millipede.channel.Payload;
import dev.millipede.channel.Since;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for (client protocol §2, §3). {@code id} is the client's number for the command, 1 to 2^32-1, echoed
 * in the reply. Channel names are as sent: not yet validated.
 */
public sealed interface Command {
    /** The client's number for it; 0 for one that is not answered. */
    default long id() {
        return 0;
    }

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

        void history(C from, History command);

        void refresh(C from, Refresh command);

        void subRefresh(C from, SubRefresh command);

        void notAvailable(C from, NotAvailable command);

        void send(C from, Send command);

        void pong(C from, Pong command);
    }

    /**
     * First command of a connection.
     *
     * @param token null or "" for an anonymous user
     * @param subs what it has seen of channels that the server had subscribed it to; of those not to be recovered nothing
     */
    record Connect(long id, @Nullable String token, Map<String, Since> subs) implements Command {
        /** One that recovers nothing. */
        public Connect(long id, @Nullable String token) {
            this(id, token, Map.of());
        }

        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.connect(from, this);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Connect[id=" + id + ", subs=" + subs + ']';
        }
    }

    /**
     * Wants a channel's publications from now on, or from where it was.
     *
     * @param token for channels that need a subscription token
     * @param since what it has seen of the channel; null when it does not want to recover
     * @param strict whether error 112 is wanted where it cannot be recovered (flag bit 2), instead of a subscription
     */
    record Subscribe(
            long id,
            String channel,
            @Nullable String token,
            @Nullable Since since,
            boolean strict) implements Command {
        /** One that recovers nothing. */
        public Subscribe(long id, String channel, @Nullable String token) {
            this(id, channel, token, null, false);
        }

        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.subscribe(from, this);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Subscribe[id=" + id + ", channel=" + channel + ", since=" + since + ", strict=" + strict + ']';
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

    /**
     * Asks for what is kept of a channel.
     *
     * @param limit the most publications, 0 = only the position, -1 = all; negative is all
     * @param since what comes after it, or before it in reverse; null = from the oldest, or newest
     */
    record History(
            long id, String channel, int limit, @Nullable Since since, boolean reverse) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.history(from, this);
        }
    }

    record Refresh(long id, String token) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.refresh(from, this);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Refresh[id=" + id + ']';
        }
    }

    /** Prolongs a subscription that ends with its token. */
    record SubRefresh(long id, String channel, String token) implements Command {
        @Override
        public <C> void deliver(Receiver<C> to, C from) {
            to.subRefresh(from, this);
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "SubRefresh[id=" + id + ", channel=" + channel + ']';
        }
    }

    /** A command that exists in the protocol but not yet here: presence, rpc and the like. */
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
