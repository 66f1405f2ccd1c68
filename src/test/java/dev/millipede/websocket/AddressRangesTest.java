package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangesTest {
    private static AddressRanges ranges(String list) {
        List<AddressRanges.Range> ranges = Arrays.stream(list.split(" "))
                .map(AddressRanges::parse)
                .map(Objects::requireNonNull)
                .toList();
        return new AddressRanges(ranges);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7,               10.0.0.7,           true",
        "10.0.0.7,               10.0.0.8,           false",
        "10.0.0.0/8,             10.255.255.255,     true",
        "10.0.0.0/8,             11.0.0.0,           false",
        "10.1.2.3/9,             10.127.0.1,         true",
        "10.1.2.3/9,             10.128.0.1,         false",
        "192.168.0.0/31,         192.168.0.1,        true",
        "192.168.0.0/31,         192.168.0.2,        false",
        "0.0.0.0/0,              203.0.113.9,        true",
        "0.0.0.0/0,              2001:db8::1,        false",
        "::/0,                   203.0.113.9,        false",
        "fd00::/8,               fdff::1,            true",
        "fd00::/8,               fe00::1,            false",
        "2001:db8::/33,          2001:db8:7fff::1,   true",
        "2001:db8::/33,          2001:db8:8000::1,   false",
        "::ffff:10.0.0.7,        10.0.0.7,           true",
        "10.0.0.7,               ::ffff:10.0.0.7,    true",
        "10.0.0.1 10.0.0.7 ::1,  10.0.0.7,           true"
    })
    void anAddressIsHeldByTheRangesWhoseLeadingBitsItHas(String list, String address, boolean held)
            throws UnknownHostException {
        assertThat(ranges(list).hold(InetAddress.getByName(address))).isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "::/129",
                "fe80::1%1",
                "10.0.0.0/8/8",
                "1:2:3",
                "10.0.0.1:80",
                " 10.0.0.1"
            })
    void whatIsNoRangeIsNone(String text) {
        assertThat(AddressRanges.parse(text)).isNull();
    }
}
