package dev.millipede.websocket;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bytes of a request, through Netty's decoder: what is upgraded is a handshake in every respect. */
class HandshakeFuzzTest {
    private static final String LISTED = "https://app.example.org";

    private final Handshake own = new Handshake(List.of());
    private final Handshake listed = new Handshake(List.of(LISTED));
    private final Handshake wild = new Handshake(List.of("https://*.example.org"));

    @FuzzTest
    void onlyAHandshakeIsUpgraded(byte[] bytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
        for (byte[] piece : pieces(bytes)) {
            channel.writeInbound(Unpooled.wrappedBuffer(piece));
        }
        for (Object each = channel.readInbound(); each != null; each = channel.readInbound()) {
            if (each instanceof HttpRequest request && request.decoderResult().isSuccess()) {
                judge(request);
            }
            ReferenceCountUtil.release(each);
        }
        channel.finishAndReleaseAll();
    }

    private static List<byte[]> pieces(byte[] bytes) {
        Input input = new Input(bytes);
        byte[] first = input.take(bytes.length / 2);
        return List.of(first, input.rest());
    }

    private void judge(HttpRequest decoded) {
        HttpVersion version = version(decoded.protocolVersion().text());
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (Map.Entry<String, String> each : decoded.headers()) {
            headers.add(each.getKey(), each.getValue());
        }
        if (version == null) {
            return;
        }
        HttpMethod method = HttpMethod.valueOf(decoded.method().name());
        HttpServerRequest request = request(version, method, headers);
        for (Handshake handshake : List.of(own, listed, wild)) {
            int refusal = handshake.refusal(request);
            Held.that(List.of(0, 400, 403, 426).contains(refusal), "a status of its own: " + refusal);
            if (refusal == 0) {
                Held.that(version == HttpVersion.HTTP_1_1 && method.equals(HttpMethod.GET), "no GET of HTTP/1.1");
                upgraded(headers);
                origin(headers, handshake);
            }
        }
        Handshake.offersSubprotocol(request);
    }

    private static void upgraded(MultiMap headers) {
        Held.that("websocket".equalsIgnoreCase(headers.get("upgrade")), "no upgrade");
        Held.that(!headers.contains("transfer-encoding"), "a body in chunks");
        Held.that(headers.getAll("content-length").stream().allMatch("0"::equals), "a body");
        String key = headers.get("sec-websocket-key");
        Held.that(Base64.getDecoder().decode(key).length == 16, "no key");
        Held.that(Handshake.accept(key).matches("[A-Za-z0-9+/]{27}="), "an answer that is no header's value");
    }

    private void origin(MultiMap headers, Handshake handshake) {
        List<String> origins = headers.getAll("origin");
        if (origins.isEmpty()) {
            return;
        }
        Held.that(origins.size() == 1, "several origins");
        String origin = origins.get(0).toLowerCase(Locale.ROOT);
        if (handshake.equals(listed)) {
            Held.that(origin.equals(LISTED), "an origin that is not listed");
        } else if (handshake.equals(wild)) {
            String[] labels = origin.replaceFirst("^https://", "").split("\\.", -1);
            Held.that(origin.startsWith("https://") && origin.endsWith(".example.org"), "an origin that is not listed");
            Held.that(labels.length > 2 && Arrays.stream(labels).allMatch(each -> each.matches("[a-z0-9_-]+")), origin);
        } else {
            String host = String.valueOf(headers.get("host")).toLowerCase(Locale.ROOT);
            int scheme = origin.indexOf("://");
            Held.that(scheme > 0, "an origin without a scheme");
            String authority = origin.substring(scheme + 3).split("[/?#]", 2)[0];
            Held.that(authority.equals(host), () -> origin + " is not of " + host);
        }
    }

    /** Null for one that Vert.x answers itself. */
    private static @Nullable HttpVersion version(String text) {
        return switch (text) {
            case "HTTP/1.0" -> HttpVersion.HTTP_1_0;
            case "HTTP/1.1" -> HttpVersion.HTTP_1_1;
            default -> null;
        };
    }

    private static HttpServerRequest request(HttpVersion version, HttpMethod method, MultiMap headers) {
        return (HttpServerRequest) Proxy.newProxyInstance(
                HandshakeFuzzTest.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (self, asked, arguments) -> switch (asked.getName()) {
                    case "version" -> version;
                    case "method" -> method;
                    case "headers" -> headers;
                    default -> throw new AssertionError(asked + " is not expected to be asked");
                });
    }
}
