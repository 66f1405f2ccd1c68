package dev.millipede.auth;

import dev.millipede.channel.Channel;
import dev.millipede.channel.PublishRule;

/**
 * Decides by the rules of the channel's namespace, and by its name. Pure; what nothing allows is denied. Asked each time:
 * also when a client comes back to recover, and when it reads history. What backends do is not asked here.
 *
 * <p>A name that begins with {@code $} is of a private channel: only a subscription token opens it. A name with a {@code #}
 * lists its users, {@code room:#ann,bob}: nobody else may subscribe without a token, and they only where the namespace has
 * {@code userLimited}. Who is neither subscribed to such a channel nor on its list can do nothing in it, whatever the rules
 * of the namespace say. Where the rule is {@code self} neither sign means anything in what follows the namespace.
 *
 * <p>{@code broadcast} has no rules of its own here: that a client cannot subscribe itself to a channel it already has by
 * its connection is error 105, the caller's to say, before it asks.
 */
public final class Permissions {
    private final boolean insecure;

    /**
     * Decides by namespace rules, or, if insecure, lets everybody do everything.
     *
     * @param insecure for tests on loopback only
     */
    public Permissions(boolean insecure) {
        this.insecure = insecure;
    }

    /** Whether tokens decide nothing. */
    public boolean isInsecure() {
        return insecure;
    }

    /**
     * Decides one thing.
     *
     * @param user who asks; "" for the anonymous user
     * @param standing what the same connection has in this channel
     */
    public Decision decide(String user, Action action, Channel channel, Standing standing) {
        boolean allowed = switch (action) {
            case SUBSCRIBE -> standing == Standing.TOKEN || maySubscribe(user, channel);
            case PUBLISH -> meets(channel.namespace().publish(), user, channel, standing);
            case HISTORY -> meets(channel.namespace().history().read(), user, channel, standing);
        };
        return allowed || insecure ? Decision.ALLOWED : Decision.DENIED;
    }

    private static boolean maySubscribe(String user, Channel channel) {
        if (channel.isPrivate()) {
            return false;
        }
        if (channel.hasUsers()) {
            return channel.namespace().userLimited() && channel.lists(user);
        }
        return switch (channel.namespace().subscribe()) {
            case ANYONE -> true;
            case AUTHENTICATED -> !user.isEmpty();
            case SELF -> channel.isPersonalOf(user);
            case TOKEN -> false;
        };
    }

    private static boolean meets(PublishRule rule, String user, Channel channel, Standing standing) {
        boolean subscribed = standing != Standing.NOTHING;
        return switch (rule) {
            case ANYONE -> subscribed || isOpenTo(user, channel);
            case AUTHENTICATED -> !user.isEmpty() && (subscribed || isOpenTo(user, channel));
            case SUBSCRIBER -> subscribed;
            case SERVER -> false;
        };
    }

    /** Whether the name keeps this user out. */
    private static boolean isOpenTo(String user, Channel channel) {
        return !channel.isPrivate()
                && (!channel.hasUsers() || (channel.namespace().userLimited() && channel.lists(user)));
    }
}
