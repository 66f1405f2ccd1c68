package dev.millipede.websocket;

import dev.millipede.config.ConfigCursor;
import dev.millipede.tls.TlsFiles;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code http}: the public listeners.
 *
 * @param listen where, 1..{@value #MAX_LISTENERS} addresses; {@code host} and {@code port} are the short form for one;
 *     default 127.0.0.1:8000
 * @param shortForm whether {@code host} and {@code port} say where
 * @param reusePort whether other processes of the same user may listen at the same addresses (SO_REUSEPORT, socket(7)):
 *     the kernel then spreads connections over them; default false
 * @param backlog connections that may wait to be accepted, at each address, 1..65535, and no more than
 *     {@code net.core.somaxconn}; default 4096
 * @param whenFull what becomes of those who come when the node has no room; default refuse
 * @param clientAddress what says where a client is; default its socket
 * @param trustedProxies who is believed; default none
 * @param allowedOrigins origins in lower case, {@code scheme://host} or {@code scheme://host:port}, whose pages may
 *     connect, the host perhaps with {@code *.} in front; {@code *} = every one; default none: then a request has no Origin
 *     or one equal to its Host
 * @param maxHeaderBytes header lines of one request together, 1 KiB..256 KiB; default 16 KiB; beyond: 431
 * @param maxLineBytes the request line, 256..64 KiB; default 4 KiB; beyond: 414
 * @param tls the certificate to serve; default null: no TLS
 */
public record HttpConfig(
        List<ListenAddress> listen,
        boolean shortForm,
        boolean reusePort,
        int backlog,
        WhenFull whenFull,
        ClientAddress.Source clientAddress,
        AddressRanges trustedProxies,
        List<String> allowedOrigins,
        int maxHeaderBytes,
        int maxLineBytes,
        @Nullable TlsFiles tls) {
    /** The most addresses a node listens at. */
    static final int MAX_LISTENERS = 64;

    private static final ListenAddress SHORT_FORM = new ListenAddress("127.0.0.1", 8000);

    /** Loopback, port 8000, pages of the same origin, no TLS, no balancer. */
    public static final HttpConfig DEFAULTS = at(SHORT_FORM);

    /** What becomes of those who come when the node has as many connections as it takes. */
    public enum WhenFull {
        /** They are told 503. */
        REFUSE,
        /** They are not accepted, and wait in the kernel's queue, until somebody leaves. */
        WAIT
    }

    /** The defaults, at other addresses. */
    public static HttpConfig at(ListenAddress... listen) {
        return new HttpConfig(
                List.of(listen),
                listen.length == 1,
                false,
                4_096,
                WhenFull.REFUSE,
                ClientAddress.Source.SOCKET,
                AddressRanges.NONE,
                List.of(),
                16 << 10,
                4 << 10,
                null);
    }

    /** Reads the section. */
    public static HttpConfig read(ConfigCursor cursor) {
        List<ListenAddress> listen = listen(cursor);
        HttpConfig config = new HttpConfig(
                listen.isEmpty() ? List.of(one(cursor)) : listen,
                listen.isEmpty(),
                cursor.bool("reusePort", DEFAULTS.reusePort),
                cursor.integer("backlog", DEFAULTS.backlog, 1, 65535),
                cursor.word("whenFull", DEFAULTS.whenFull),
                cursor.word("clientAddress", DEFAULTS.clientAddress),
                trustedProxies(cursor),
                Origins.read(cursor),
                cursor.size("maxHeaderBytes", DEFAULTS.maxHeaderBytes, 1 << 10, 256 << 10),
                cursor.size("maxLineBytes", DEFAULTS.maxLineBytes, 256, 64 << 10),
                TlsFiles.read(cursor.section("tls")));
        if (config.clientAddress != ClientAddress.Source.SOCKET
                && cursor.strings("trustedProxies").isEmpty()) {
            cursor.reject("clientAddress", "needs trustedProxies, nobody else is believed");
        }
        return config;
    }

    private static List<ListenAddress> listen(ConfigCursor cursor) {
        List<String> texts = cursor.strings("listen");
        List<ListenAddress> listen = texts.stream()
                .map(ListenAddress::parse)
                .filter(Objects::nonNull)
                .toList();
        if (listen.size() < texts.size()) {
            cursor.reject("listen", "must hold addresses with a port, for example \"0.0.0.0:8000\" or \"[::]:8000\"");
        } else if (listen.size() > MAX_LISTENERS) {
            cursor.reject("listen", "must not hold more than " + MAX_LISTENERS);
        } else if (!listen.isEmpty() && !one(cursor).equals(SHORT_FORM)) {
            cursor.reject("listen", "says where in place of host and port, leave these out");
        }
        return listen;
    }

    private static ListenAddress one(ConfigCursor cursor) {
        return new ListenAddress(
                cursor.string("host", SHORT_FORM.host()), cursor.integer("port", SHORT_FORM.port(), 0, 65535));
    }

    private static AddressRanges trustedProxies(ConfigCursor cursor) {
        List<String> texts = cursor.strings("trustedProxies");
        List<AddressRanges.Range> ranges = texts.stream()
                .map(AddressRanges::parse)
                .filter(Objects::nonNull)
                .toList();
        if (ranges.size() < texts.size()) {
            cursor.reject("trustedProxies", "must hold addresses or ranges, for example \"10.0.0.0/8\"");
        }
        return new AddressRanges(ranges);
    }

    /** Whether pages of every site may connect. */
    public boolean allowsEveryOrigin() {
        return allowedOrigins.contains(Origins.EVERY);
    }

    /** What finds out where clients are. */
    ClientAddress clients() {
        return new ClientAddress(clientAddress, trustedProxies);
    }
}
