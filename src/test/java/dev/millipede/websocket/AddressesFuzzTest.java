package dev.millipede.websocket;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Addresses as people and proxies write them. */
class AddressesFuzzTest {
    private static final InetAddress PROXY = address(new byte[] {10, 1, 2, 3});
    private static final InetAddress STRANGER = address(new byte[] {8, 8, 8, 8});
    private static final AddressRanges TRUSTED =
            new AddressRanges(List.of(Objects.requireNonNull(AddressRanges.parse("10.0.0.0/8"))));
    private static final ClientAddress CLIENTS = new ClientAddress(ClientAddress.Source.FORWARDED, TRUSTED);

    @FuzzTest
    void whatIsReadIsWhatWasWritten(byte[] bytes) {
        String text = new Input(bytes).text();
        Held.within(512L * bytes.length + 65_536, () -> {
            AddressRanges.parse(text);
            listener(text);
            client(text);
            forwarded(text);
        });
        range(text);
    }

    private static void range(String text) {
        AddressRanges.Range range = AddressRanges.parse(text);
        if (range == null) {
            return;
        }
        byte[] prefix = HexFormat.of().parseHex(range.prefix());
        AddressRanges ranges = new AddressRanges(List.of(range));
        Held.that(ranges.hold(address(prefix)), "its own address is not in it");
        for (int bit = 0; bit < prefix.length * 8; bit++) {
            byte[] other = prefix.clone();
            other[bit / 8] ^= (byte) (0x80 >> bit % 8);
            // Of an IPv6 address that stands for an IPv4 one the JDK makes that.
            if (address(other).getAddress().length == prefix.length) {
                Held.that(ranges.hold(address(other)) == bit >= range.bits(), "the wrong bits count");
            }
        }
        if (address(prefix).getAddress().length == prefix.length) {
            String again = address(prefix).getHostAddress() + '/' + range.bits();
            Held.that(range.equals(AddressRanges.parse(again)), again);
        }
    }

    private static void listener(String text) {
        ListenAddress listener = ListenAddress.parse(text);
        if (listener != null) {
            Held.that(listener.port() >= 0 && listener.port() <= 65_535, "no port");
            Held.that(!listener.host().isEmpty(), "no host");
            Held.that(listener.equals(ListenAddress.parse(listener.toString())), "not what it was");
        }
    }

    private static void client(String text) {
        InetAddress address = ClientAddress.address(text);
        if (address != null) {
            Held.that(address.equals(ClientAddress.address(address.getHostAddress())), "not what it was");
        }
    }

    private static void forwarded(String text) {
        List<String> headers = Arrays.asList(text.split("\n", -1));
        Held.that(CLIENTS.forwarded(STRANGER, headers).equals(STRANGER), "a stranger is believed");
        InetAddress client = CLIENTS.forwarded(PROXY, headers);
        String last = headers.get(headers.size() - 1);
        InetAddress nearest =
                ClientAddress.address(last.substring(last.lastIndexOf(',') + 1).strip());
        if (nearest == null) {
            Held.that(client.equals(PROXY), "what is no address is believed");
        } else if (!TRUSTED.hold(nearest)) {
            Held.that(client.equals(nearest), "one behind a stranger is believed");
        }
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
