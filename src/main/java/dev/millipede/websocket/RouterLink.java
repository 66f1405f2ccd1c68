package dev.millipede.websocket;

import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.BudgetReturned;
import dev.millipede.bus.RouterRecord.ChannelBehind;
import dev.millipede.bus.RouterRecord.ChannelCaughtUp;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Since;
import java.util.function.Consumer;

/** What one instance says to the router. */
final class RouterLink {
    private final int instance;
    private final long returnAt;
    private final Consumer<RouterRecord> send;
    private long toReturn;

    /** @param budget the instance's delivery budget in bytes; given back in sixteenths, to spare messages */
    RouterLink(int instance, long budget, Consumer<RouterRecord> send) {
        this.instance = instance;
        this.returnAt = budget / 16;
        this.send = send;
    }

    void interest(Channel channel, int ask) {
        send.accept(new Interest(instance, channel, ask));
    }

    void interestEnded(Channel channel) {
        send.accept(new InterestEnded(instance, channel));
    }

    void recover(Channel channel, int ask, Since since) {
        send.accept(new Recover(instance, channel, ask, since));
    }

    void behind(Channel channel) {
        send.accept(new ChannelBehind(instance, channel));
    }

    void caughtUp(Channel channel) {
        send.accept(new ChannelCaughtUp(instance, channel));
    }

    void giveBack(int bytes) {
        toReturn += bytes;
        if (toReturn >= returnAt) {
            send.accept(new BudgetReturned(instance, toReturn));
            toReturn = 0;
        }
    }
}
