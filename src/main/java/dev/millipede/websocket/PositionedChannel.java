package dev.millipede.websocket;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel that keeps history: knows up to where this instance was told its publications. What waits in its queue is part of
 * that, so who joins at its position gets exactly what comes after it. Confined to the event loop of its WebSocketVerticle.
 *
 * <p>A kind of its own so that channels without history are no larger for it.
 */
final class PositionedChannel extends LocalChannel {
    /** Of the stream; null until the router has confirmed the channel. */
    private @Nullable String epoch;

    private long offset;

    /** Joins that wait to hear what they missed. */
    private int recovering;

    /** Members that have lost their place and are still to be told: they have no slot and get nothing. */
    int suspended;

    PositionedChannel(Channel channel) {
        super(channel);
    }

    @Override
    boolean isEmpty() {
        return super.isEmpty() && recovering == 0 && suspended == 0;
    }

    /** Null until the router has confirmed the channel. */
    @Override
    @Nullable
    Position position() {
        return epoch == null ? null : new Position(epoch, offset);
    }

    /** Whether somebody who has seen that has seen everything. */
    @Override
    boolean isAt(Since since) {
        return epoch != null && since.isOf(epoch) && since.offset() == offset;
    }

    /** The router has confirmed the channel: what comes after this position is delivered. */
    @Override
    void confirmedAt(@Nullable Position position) {
        if (position != null && epoch == null) {
            stand(position);
        }
        assert position == null || (position.epoch().equals(epoch) && position.offset() == offset)
                : channel + " stands at " + epoch + "/" + offset + ", confirmed at " + position;
    }

    /** From here on what comes after this position is delivered, whatever was before. */
    void stand(Position position) {
        epoch = position.epoch();
        offset = position.offset();
    }

    @Override
    void recovering(int more) {
        recovering += more;
    }

    /** A publication has come. One that is none of the stream, or comes before the channel is confirmed, changes nothing. */
    @Override
    void delivered(long at) {
        if (at > 0 && epoch != null) {
            assert at == offset + 1 : channel + " stands at " + offset + ", delivered " + at;
            offset = at;
        }
    }

    /** Takes all members' slots away and returns those who had one. */
    List<Connection> suspendAll() {
        List<Connection> all = new ArrayList<>(liveMembers());
        for (int slot = 0; slot < size; slot++) {
            Connection member = members[slot];
            if (member != null) {
                member.moved(this, Connection.SUSPENDED);
                all.add(member);
            }
        }
        Arrays.fill(members, 0, size, null);
        vacated();
        suspended += all.size();
        return all;
    }
}
