package dev.millipede.channel;

import org.jspecify.annotations.Nullable;

/**
 * A validated channel name with the namespace whose rules hold for it. Immutable; equal by name.
 *
 * <p>A name is 1 to 255 printable ASCII characters without space. {@code ns:rest} belongs to namespace {@code ns};
 * {@code broadcast}, exactly, to the namespace of that name; any other name without a colon to the namespace
 * {@code ""}, which does not exist unless configured. A {@code $} in front, of a private channel, is no part of the
 * namespace; what follows the last {@code #} is a list of users (client protocol §11).
 */
public final class Channel {
    /** The longest name, in bytes (and, as names are ASCII, in characters). */
    public static final int MAX_LENGTH = 255;

    /** The one channel that every connection listens to. */
    public static final String BROADCAST = "broadcast";

    private static final char PRIVATE = '$';
    private static final char USERS = '#';

    private final String name;
    private final Namespace namespace;

    private Channel(String name, Namespace namespace) {
        this.name = name;
        this.namespace = namespace;
    }

    /** Whether the name is well formed, whatever its namespace. */
    public static boolean isValid(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    /**
     * The channel of a valid name.
     *
     * @return null when no such namespace is configured
     */
    public static @Nullable Channel of(String name, Namespaces namespaces) {
        assert isValid(name);
        int colon = name.indexOf(':');
        int from = name.charAt(0) == PRIVATE ? 1 : 0;
        String prefix = colon >= 0 ? name.substring(from, colon) : name.equals(BROADCAST) ? BROADCAST : "";
        if (colon >= 0 && prefix.equals(BROADCAST)) {
            return null;
        }
        Namespace namespace = namespaces.find(prefix);
        return namespace == null ? null : new Channel(name, namespace);
    }

    /** The personal channel of a user in a namespace, for example {@code user:42}. */
    public static Channel personal(Namespace namespace, String user) {
        return new Channel(namespace.name() + ':' + user, namespace);
    }

    /** Whether this is the channel of exactly this user: what follows {@code ns:}, or the whole name, is the user id. */
    public boolean isPersonalOf(String user) {
        int prefix = namespace.name().isEmpty() ? 0 : namespace.name().length() + 1;
        return !user.isEmpty() && name.length() == prefix + user.length() && name.startsWith(user, prefix);
    }

    /** Whether it takes a subscription token. */
    public boolean isPrivate() {
        return name.charAt(0) == PRIVATE;
    }

    /** Whether its name lists its users. What follows the namespace is a user id, not a list, where the rule is self. */
    public boolean hasUsers() {
        return namespace.subscribe() != SubscribeRule.SELF && name.indexOf(USERS) >= 0;
    }

    /** Whether the list of users in its name, separated by commas, has exactly this one. */
    public boolean lists(String user) {
        if (user.isEmpty()) {
            return false;
        }
        int from = name.lastIndexOf(USERS) + 1;
        while (from > 0 && from <= name.length() - user.length()) {
            int comma = name.indexOf(',', from);
            int to = comma < 0 ? name.length() : comma;
            if (to - from == user.length() && name.startsWith(user, from)) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    public boolean isBroadcast() {
        return name.equals(BROADCAST);
    }

    public String name() {
        return name;
    }

    public Namespace namespace() {
        return namespace;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Channel channel && name.equals(channel.name));
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
