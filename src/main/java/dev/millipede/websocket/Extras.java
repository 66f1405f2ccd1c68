package dev.millipede.websocket;

import dev.millipede.backplane.Revocation;
import dev.millipede.channel.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What only some connections have, so that the others pay one reference for all of it. Confined to the event loop of its
 * WebSocketVerticle.
 */
final class Extras {
    /** Of its address, given back when the socket is closed; null where addresses are not limited. */
    AddressLimit.@Nullable Share share;

    /** Null where no rate of connections is limited. */
    @Nullable
    Spent spent;

    /** Whether its user's connections are counted, and this is one of them. */
    boolean countedForUser;

    /** By which its token can be revoked; null where tokens are not revoked by id, or this one has none. */
    Revocation.@Nullable OfToken token;

    /** Tokens it brought after its connect that were no good, since the last one that was. */
    int badTokens;

    /** Subscriptions that end with their token or of which it says something; few if any. */
    private final List<Held> held = new ArrayList<>(0);

    /** What a token says of a subscription while it lasts. */
    private static final class Held {
        final LocalChannel channel;
        final int expiryTick;
        final @Nullable Payload info;

        Held(LocalChannel channel, int expiryTick, @Nullable Payload info) {
            this.channel = channel;
            this.expiryTick = expiryTick;
            this.info = info;
        }
    }

    /** @param expiryTick of {@link Heartbeat}'s wheel, or {@link Heartbeat#NEVER} */
    void subscribed(LocalChannel channel, int expiryTick, @Nullable Payload info) {
        held.add(new Held(channel, expiryTick, info));
    }

    void unsubscribed(LocalChannel channel) {
        held.removeIf(each -> each.channel == channel);
    }

    /** A subscription's token has been renewed; the new one says all anew. */
    void renewed(LocalChannel channel, int expiryTick, @Nullable Payload info) {
        unsubscribed(channel);
        if (expiryTick != Heartbeat.NEVER || info != null) {
            subscribed(channel, expiryTick, info);
        }
    }

    /** What publications of this connection carry as {@code chan_info} in a channel, or null. */
    @Nullable
    Payload info(LocalChannel channel) {
        Held known = find(channel);
        return known == null ? null : known.info;
    }

    /** When the first subscription's token expires; {@link Heartbeat#NEVER} when none does. */
    int nextExpiry() {
        int next = Heartbeat.NEVER;
        for (Held each : held) {
            next = Math.min(next, each.expiryTick);
        }
        return next;
    }

    /** Subscriptions whose token had expired at that tick. */
    List<LocalChannel> expired(int tick) {
        return held.stream()
                .filter(each -> each.expiryTick <= tick)
                .map(each -> each.channel)
                .toList();
    }

    private @Nullable Held find(LocalChannel channel) {
        for (Held each : held) {
            if (each.channel == channel) {
                return each;
            }
        }
        return null;
    }
}
