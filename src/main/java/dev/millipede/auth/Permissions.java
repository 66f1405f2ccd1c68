package dev.millipede.auth;

import dev.millipede.channel.Channel;
import dev.millipede.channel.PublishRule;

/**
 * Decides by the rules of the channel's namespace. Pure.
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

    /** Whether a client may subscribe itself. */
    public Decision maySubscribe(Identity identity, Channel channel) {
        return decide(
                switch (channel.namespace().subscribe()) {
                    case ANYONE -> true;
                    case AUTHENTICATED -> !identity.isAnonymous();
                    case SELF -> channel.isPersonalOf(identity.user());
                });
    }

    /**
     * Whether a client may publish; what backends publish is not asked here.
     *
     * @param subscribed whether the same connection is subscribed to the channel, by itself or by the server
     */
    public Decision mayPublish(Identity identity, Channel channel, boolean subscribed) {
        return decide(meets(channel.namespace().publish(), identity, subscribed));
    }

    /**
     * Whether a client may read what is kept of a channel.
     *
     * @param subscribed whether the same connection is subscribed to the channel, by itself or by the server
     */
    public Decision mayReadHistory(Identity identity, Channel channel, boolean subscribed) {
        return decide(meets(channel.namespace().history().read(), identity, subscribed));
    }

    private static boolean meets(PublishRule rule, Identity identity, boolean subscribed) {
        return switch (rule) {
            case ANYONE -> true;
            case AUTHENTICATED -> !identity.isAnonymous();
            case SUBSCRIBER -> subscribed;
            case SERVER -> false;
        };
    }

    private Decision decide(boolean allowed) {
        return allowed || insecure ? Decision.ALLOWED : Decision.DENIED;
    }
}
