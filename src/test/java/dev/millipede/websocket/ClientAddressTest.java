package dev.millipede.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom X-Forwarded-For is believed for; 10.0.0.0/8 is trusted. */
class ClientAddressTest {
    private static final ClientAddress CLIENTS = new ClientAddress(
            ClientAddress.Source.FORWARDED,
            new AddressRanges(List.of(Objects.requireNonNull(AddressRanges.parse("10.0.0.0/8")))));

    private static String client(String peer, List<String> headers) throws UnknownHostException {
        return CLIENTS.forwarded(InetAddress.getByName(peer), headers).getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            192.0.2.1 | 203.0.113.9                     | 192.0.2.1
            10.0.0.1  | -                               | 10.0.0.1
            10.0.0.1  | ''                              | 10.0.0.1
            10.0.0.1  | 203.0.113.9                     | 203.0.113.9
            10.0.0.1  | 198.51.100.7, 203.0.113.9       | 203.0.113.9
            10.0.0.1  | 203.0.113.9, 10.0.0.2           | 203.0.113.9
            10.0.0.1  | 203.0.113.9 ,10.0.0.3,10.0.0.2  | 203.0.113.9
            10.0.0.1  | 203.0.113.9; 192.0.2.7          | 203.0.113.9;192.0.2.7
            10.0.0.1  | 10.0.0.3, 10.0.0.2              | 10.0.0.3
            10.0.0.1  | 203.0.113.9, unknown            | 10.0.0.1
            10.0.0.1  | 203.0.113.9, unknown, 10.0.0.2  | 10.0.0.2
            10.0.0.1  | 203.0.113.9:4711                | 203.0.113.9
            10.0.0.1  | [2001:db8::7]:4711              | 2001:db8:0:0:0:0:0:7
            10.0.0.1  | 2001:db8::7                     | 2001:db8:0:0:0:0:0:7
            10.0.0.1  | ::ffff:203.0.113.9              | 203.0.113.9
            10.0.0.1  | localhost                       | 10.0.0.1
            """)
    void theClientIsTheLastAddressThatIsNoTrustedProxy(String peer, String header, String client)
            throws UnknownHostException {
        // The row with a semicolon is a header that came twice: the last one counts.
        List<String> headers = header == null ? List.of() : Arrays.asList(header.split("; ", -1));
        String expected = client.contains(";") ? client.substring(client.indexOf(';') + 1) : client;
        assertThat(client(peer, headers)).isEqualTo(expected);
    }

    @Test
    void aHeaderOfAThousandHopsCostsSixteen() throws UnknownHostException {
        List<String> hops = Collections.nCopies(1_000, "10.0.0.2");
        assertThat(client("10.0.0.1", List.of("203.0.113.9," + String.join(",", hops))))
                .isEqualTo("10.0.0.2");
    }
}
