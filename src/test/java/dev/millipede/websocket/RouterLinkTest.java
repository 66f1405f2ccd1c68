package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.BudgetReturned;
import dev.millipede.bus.RouterRecord.ChannelBehind;
import dev.millipede.bus.RouterRecord.ChannelCaughtUp;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterLinkTest {
    private final List<RouterRecord> sent = new ArrayList<>();
    private final RouterLink link = new RouterLink(3, 1_600, sent::add);

    @Test
    void eachRecordCarriesTheNumberOfItsInstance() {
        Channel room = channel("room:a");
        link.interest(room, 7);
        link.behind(room);
        link.caughtUp(room);
        link.interestEnded(room);

        assertThat(sent)
                .containsExactly(
                        new Interest(3, room, 7),
                        new ChannelBehind(3, room),
                        new ChannelCaughtUp(3, room),
                        new InterestEnded(3, room));
    }

    @Test
    void theBudgetIsGivenBackInSixteenthsAndNothingIsLost() {
        link.giveBack(60);
        link.giveBack(39);
        assertThat(sent).isEmpty();

        link.giveBack(1);
        link.giveBack(99);
        link.giveBack(500);
        assertThat(sent).containsExactly(new BudgetReturned(3, 100), new BudgetReturned(3, 599));
    }
}
