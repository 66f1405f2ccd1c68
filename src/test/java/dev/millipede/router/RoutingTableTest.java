package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.router.RoutingTable.Route;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
    private final RoutingTable table = new RoutingTable();
    private final Channel room = channel("room:a");

    private static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    @Test
    void aChannelNobodyAskedForHasNoRoute() {
        assertThat(table.get(room)).isNull();
        assertThat(table.remove(room, 0)).isNull();
    }

    @Test
    void instancesAreBitsOfOneRoute() {
        Route route = table.add(room, 0);
        assertThat(table.add(channel("room:a"), 63)).isSameAs(route);
        table.add(room, 63);

        assertThat(route.instances).isEqualTo(1L | 1L << 63);
        assertThat(table.get(room)).isSameAs(route);
        assertThat(route.confirmedIn).isZero();
    }

    @Test
    void onlyTheDepartureOfTheLastListenerIsReported() {
        Route route = table.add(room, 1);
        table.add(room, 40);

        assertThat(table.remove(room, 1)).isNull();
        assertThat(table.remove(room, 1)).isNull();
        assertThat(table.remove(room, 2)).isNull();
        assertThat(table.remove(room, 40)).isSameAs(route);
        assertThat(table.remove(room, 40)).isNull();
        assertThat(table.get(room)).isSameAs(route);
    }

    @Test
    void whoLeavesIsNoLongerBehind() {
        Route route = table.add(room, 1);
        table.add(room, 2);
        route.behind = 1L << 1 | 1L << 2;

        table.remove(room, 1);
        assertThat(route.behind).isEqualTo(1L << 2);
    }

    @Test
    void aRouteIsForgottenOnlyWhenItIsClosed() {
        Route route = table.add(room, 1);
        table.remove(room, 1);
        assertThat(table.channels()).isEqualTo(1);

        table.close(route);
        assertThat(table.channels()).isZero();

        Route next = table.add(room, 1);
        assertThat(next).isNotSameAs(route);
        route.instances = 0;
        table.close(route);
        assertThat(table.get(room)).isSameAs(next);
    }

    @Test
    void personalChannelsAreCountedAsUsers() {
        Route ann = table.add(channel("user:ann"), 0);
        table.add(channel("user:ann"), 1);
        table.add(channel("user:bob"), 0);
        table.add(channel("broadcast"), 0);
        table.add(room, 0);
        assertThat(table.personalChannels()).isEqualTo(2);
        assertThat(table.channels()).isEqualTo(4);

        table.remove(ann.channel, 0);
        table.remove(ann.channel, 1);
        table.close(ann);
        table.close(ann);
        assertThat(table.personalChannels()).isEqualTo(1);
    }
}
