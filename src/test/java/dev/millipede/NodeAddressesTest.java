package dev.millipede;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.websocket.AddressLimit.Share;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeAddressesTest {
    private final NodeAddresses addresses = new NodeAddresses(2);

    private @Nullable Share take(String address) throws UnknownHostException {
        return addresses.take(InetAddress.getByName(address));
    }

    @Test
    void anAddressHasAsManyAsTheLimitAndOthersHaveTheirOwn() throws UnknownHostException {
        assertThat(take("192.0.2.1")).isNotNull();
        assertThat(take("192.0.2.1")).isNotNull();
        assertThat(take("192.0.2.1")).isNull();
        assertThat(take("192.0.2.2")).isNotNull();
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() throws UnknownHostException {
        Share share = Objects.requireNonNull(take("192.0.2.1"));
        assertThat(take("192.0.2.1")).isSameAs(share);
        assertThat(take("192.0.2.1")).isNull();
        share.giveBack();
        assertThat(take("192.0.2.1")).isNotNull();
        assertThat(take("192.0.2.1")).isNull();
    }

    @Test
    void anAddressWithoutConnectionsIsForgotten() throws UnknownHostException {
        Share share = Objects.requireNonNull(take("192.0.2.1"));
        assertThat(addresses.size()).isEqualTo(1);
        share.giveBack();
        assertThat(addresses.size()).isZero();
    }

    @Test
    void aNetworkOfIpV6CountsAsOneAddress() throws UnknownHostException {
        assertThat(take("2001:db8:0:1::1")).isNotNull();
        assertThat(take("2001:db8:0:1:ffff::2")).isNotNull();
        assertThat(take("2001:db8:0:1::3")).isNull();
        assertThat(take("2001:db8:0:2::1")).isNotNull();
    }
}
