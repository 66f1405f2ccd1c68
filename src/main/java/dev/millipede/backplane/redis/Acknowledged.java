package dev.millipede.backplane.redis;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The positions that Redis has told this node's publishers, of the channels published to last: should Redis lose one of them,
 * the next to publish here finds out, also where nobody on this node listens to the channel. Confined to the event loop of
 * the router.
 */
final class Acknowledged {
    /** Channels remembered: some hundred bytes each. */
    static final int CHANNELS = 8_192;

    private final Map<Channel, Position> last = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Channel, Position> eldest) {
            return size() > CHANNELS;
        }
    };

    /** Redis has told a position. */
    void told(Channel channel, Position position) {
        last.merge(channel, position, Acknowledged::later);
    }

    /** The later of what listeners here have heard, null when there are none, and what publishers have been told. */
    @Nullable
    Position known(Channel channel, @Nullable Position heard) {
        Position told = last.get(channel);
        if (heard == null || told == null) {
            return heard == null ? told : heard;
        }
        return told.epoch().equals(heard.epoch()) ? later(told, heard) : heard;
    }

    /** Answers come in order: another epoch is a newer one. */
    private static Position later(Position before, Position position) {
        boolean back = before.epoch().equals(position.epoch()) && before.offset() > position.offset();
        return back ? before : position;
    }
}
