package dev.millipede.protocol;

import dev.millipede.channel.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for (client protocol §2, §3). {@code id} is the client's number for the command, 1 to 2^32-1, echoed
 * in the reply. Channel names are as sent: not yet validated.
 */
public sealed interface Command {
    /** First command of a connection; {@code token} is null or "" for an anonymous user. */
    record Connect(long id, @Nullable String token) implements Command {}

    /** {@code token} is for channels that need a subscription token. */
    record Subscribe(long id, String channel, @Nullable String token) implements Command {}

    record Unsubscribe(long id, String channel) implements Command {}

    /** {@code data} is null when the field was missing. */
    record Publish(long id, String channel, @Nullable Payload data) implements Command {}

    record Refresh(long id, String token) implements Command {}

    /** A command that exists in the protocol but not yet here: presence, history, rpc and the like. */
    record NotAvailable(long id) implements Command {}

    /** A one-way message; nobody listens to those. */
    record Send() implements Command {}

    /** The answer to a server ping: a command without an id. */
    record Pong() implements Command {}
}
