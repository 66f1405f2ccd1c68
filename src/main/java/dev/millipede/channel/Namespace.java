package dev.millipede.channel;

/**
 * The rules of a kind of channel.
 *
 * @param name what stands before the colon; "" for names without a namespace
 * @param subscribe who may subscribe
 * @param publish who may publish
 * @param automatic whether connections are subscribed by themselves: to their own channel where {@code subscribe} is
 *     {@code SELF}, to the one channel {@code broadcast} in the namespace of that name
 */
public record Namespace(String name, SubscribeRule subscribe, PublishRule publish, boolean automatic) {
    public enum SubscribeRule {
        ANYONE,
        AUTHENTICATED,
        /** The user whose id follows the colon. */
        SELF
    }

    public enum PublishRule {
        ANYONE,
        AUTHENTICATED,
        /** Whoever is subscribed on the same connection. */
        SUBSCRIBER,
        /** Backends only. */
        SERVER
    }
}
