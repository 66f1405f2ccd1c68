package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfToken;
import dev.millipede.backplane.Revocation.OfUser;
import java.util.HexFormat;

/** What stands in Redis for nodes, their users and revocations; docs/operations.md lists it. Immutable, safe on any thread. */
final class RegistryKeys {
    /** How the log of revocations calls a user, and the key of one. */
    static final String USER = "u";

    /** The same for a token, whose hash is written as 16 digits. */
    static final String TOKEN = "t";

    private final Messages messages;

    RegistryKeys(Messages messages) {
        this.messages = messages;
    }

    byte[] lease(String node) {
        return bytes("node:", node);
    }

    /** As {@link #lease}, of no node: a script puts one behind it. */
    byte[] leases() {
        return lease("");
    }

    byte[] connections(String user) {
        return bytes("connections:", user);
    }

    byte[] revocation(Revocation revocation) {
        return bytes("revoked:", kind(revocation) + ':' + value(revocation));
    }

    byte[] revocations() {
        return bytes("revocations:", "log");
    }

    static String kind(Revocation revocation) {
        return revocation instanceof OfUser ? USER : TOKEN;
    }

    static String value(Revocation revocation) {
        if (revocation instanceof OfUser of) {
            return of.user();
        }
        return HexFormat.of().toHexDigits(((OfToken) revocation).hash());
    }

    private byte[] bytes(String kind, String name) {
        return ("millipede:" + kind + messages.name(name)).getBytes(UTF_8);
    }
}
