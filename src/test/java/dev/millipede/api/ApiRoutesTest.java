package dev.millipede.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.RawHttp;
import dev.millipede.support.RawHttp.Reply;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiRoutesTest {
    private static final byte[] PUBLISH = "{\"channel\":\"room:a\",\"data\":1}".getBytes(UTF_8);
    private static final int LIMIT = 1 << 20;

    private final ApiFixture api = ApiFixture.start();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void everyConfiguredKeyOpensTheApi() {
        assertThat(RawHttp.post(api.port, "/api/publish", PUBLISH, "X-API-Key: first-key")
                        .status())
                .isEqualTo(200);
        assertThat(RawHttp.post(api.port, "/api/publish", PUBLISH, "x-api-key: second-key")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Other: first-key",
                "X-API-Key: wrong",
                "X-API-Key: first-ke",
                "X-API-Key: first-key2",
                "X-API-Key:",
                "X-API-Key: first-key, second-key",
                "X-API-Key: first-key\r\nX-API-Key: second-key",
                "Authorization: apikey first-key"
            })
    void anythingButOneHeaderWithAKeyIsUnauthorizedWithAnEmptyBody(String header) {
        Reply reply = RawHttp.post(api.port, "/api/publish", PUBLISH, header);

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body()).isEmpty();
        assertThat(api.broker.published()).isEmpty();
    }

    @Test
    void aKeyInTheAddressOpensNothing() {
        assertThat(RawHttp.post(api.port, "/api/publish?api_key=first-key", PUBLISH)
                        .status())
                .isEqualTo(401);
    }

    @Test
    void withoutConfiguredKeysNobodyMayCallNotEvenOnLoopback() {
        try (ApiFixture keyless = ApiFixture.start(List.of())) {
            for (String header : List.of("X-Other: 1", "X-API-Key:", "X-API-Key: null")) {
                assertThat(RawHttp.post(keyless.port, "/api/publish", PUBLISH, header)
                                .status())
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void onlyPostIsAllowedAndNoResponseHasCorsHeaders() {
        for (String method : List.of("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "INVENTED")) {
            Reply reply = RawHttp.send(
                    api.port,
                    List.of(
                            method + " /api/publish HTTP/1.1",
                            "Host: localhost",
                            "Origin: https://elsewhere.example",
                            "Access-Control-Request-Method: POST",
                            ApiFixture.KEY),
                    new byte[0]);
            assertThat(reply.status()).as(method).isEqualTo(405);
            assertThat(reply.header("Allow")).containsExactly("POST");
            assertThat(reply.headers())
                    .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("access-control"));
        }
    }

    @Test
    void anUnknownMethodIsNotFoundForThoseWithAKey() {
        Reply reply = api.call("presence", "{}");
        Reply transport =
                RawHttp.post(api.port, "/api/x", PUBLISH, ApiFixture.KEY, "X-Centrifugo-Error-Mode: transport");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).isEqualTo("{\"error\":{\"code\":104,\"message\":\"method not found\"}}");
        assertThat(transport.status()).isEqualTo(404);
        assertThat(transport.body()).isEqualTo("{\"code\":104,\"message\":\"method not found\"}");
        assertThat(RawHttp.post(api.port, "/api/presence", PUBLISH).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "1",
                "{",
                "{\"channel\":\"room:a\",\"data\":}",
                "{\"channel\":\"room:a\",\"data\":01}",
                "{\"channel\":\"room:a\",\"data\":NaN}",
                "{\"channel\":\"room:a\",\"data\":\"\n\"}",
                "{\"channel\":\"room:a\",\"data\":1}{}",
                "{\"channel\":\"room:a\",\"data\":1,}",
                "{\"channel\":5,\"data\":1}",
                "{\"channels\":\"room:a\",\"data\":1}",
                "{'channel':'room:a','data':1}",
                "\uFEFF{\"channel\":\"room:a\",\"data\":1}"
            })
    void aBodyThatIsNotTheJsonObjectExpectedIsABadRequest(String body) {
        for (String method : List.of("publish", "broadcast")) {
            Reply reply = api.call(method, body);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).isEqualTo("Bad Request");
        }
        assertThat(api.broker.published()).isEmpty();
    }

    @Test
    void otherEncodingsThanUtf8AreABadRequest() {
        byte[] overlong = "{\"channel\":\"room:a\",\"data\":\"xx\"}".getBytes(ISO_8859_1);
        overlong[overlong.length - 4] = (byte) 0xC0;
        overlong[overlong.length - 3] = (byte) 0xAF;
        byte[] surrogate = "{\"channel\":\"room:a\",\"data\":\"xxx\"}".getBytes(ISO_8859_1);
        surrogate[surrogate.length - 5] = (byte) 0xED;
        surrogate[surrogate.length - 4] = (byte) 0xA0;
        surrogate[surrogate.length - 3] = (byte) 0x80;
        byte[] latin = "{\"channel\":\"room:a\",\"data\":\"ü\"}".getBytes(ISO_8859_1);
        byte[] wide = "{\"channel\":\"room:a\",\"data\":1}".getBytes(UTF_16LE);

        for (byte[] body : List.of(overlong, surrogate, latin, wide)) {
            assertThat(RawHttp.post(api.port, "/api/publish", body, ApiFixture.KEY)
                            .status())
                    .isEqualTo(400);
        }
        assertThat(api.broker.published()).isEmpty();
    }

    @Test
    void dataNestedTooDeepIsABadRequest() {
        String deep = "[".repeat(600) + "]".repeat(600);

        assertThat(api.call("publish", "{\"channel\":\"room:a\",\"data\":" + deep + "}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aBodyOfOneMebibyteIsReadAndOneByteMoreIsRefused() {
        assertThat(RawHttp.post(api.port, "/api/publish", body(LIMIT), ApiFixture.KEY)
                        .status())
                .isEqualTo(200);
        assertThat(RawHttp.post(api.port, "/api/publish", body(LIMIT + 1), ApiFixture.KEY)
                        .status())
                .isEqualTo(413);
        assertThat(api.broker.published()).hasSize(1);
    }

    @Test
    void aChunkedBodyIsBoundedByWhatArrives() {
        assertThat(chunked(body(LIMIT)).status()).isEqualTo(200);
        assertThat(chunked(body(LIMIT + 1)).status()).isEqualTo(413);
        assertThat(api.broker.published()).hasSize(1);
    }

    @Test
    void whatCurlSendsByItselfIsUnderstood() {
        Reply reply = RawHttp.post(
                api.port,
                "/api/publish",
                PUBLISH,
                ApiFixture.KEY,
                "Content-Type: application/x-www-form-urlencoded",
                "Expect: 100-continue");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"result\":{}}");
    }

    @Test
    void requestsWhoseLengthIsAmbiguousAreRefused() {
        List<String> head = List.of("POST /api/publish HTTP/1.1", "Host: localhost", ApiFixture.KEY);

        assertThat(RawHttp.send(api.port, with(head, "Content-Length: 30", "Content-Length: 31"), PUBLISH)
                        .status())
                .isEqualTo(400);
        assertThat(RawHttp.send(api.port, with(head, "Content-Length: -1"), PUBLISH)
                        .status())
                .isEqualTo(400);
        assertThat(RawHttp.send(api.port, with(head, "Content-Length: 99999999999999999999"), PUBLISH)
                        .status())
                .isEqualTo(400);
        assertThat(api.broker.published()).isEmpty();
    }

    private Reply chunked(byte[] body) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        int size = 10_000;
        for (int from = 0; from < body.length; from += size) {
            int length = Math.min(size, body.length - from);
            chunks.writeBytes((Integer.toHexString(length) + "\r\n").getBytes(UTF_8));
            chunks.write(body, from, length);
            chunks.writeBytes("\r\n".getBytes(UTF_8));
        }
        chunks.writeBytes("0\r\n\r\n".getBytes(UTF_8));
        return RawHttp.send(
                api.port,
                List.of("POST /api/publish HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", ApiFixture.KEY),
                chunks.toByteArray());
    }

    /** A publish call of so many bytes. */
    private static byte[] body(int length) {
        String head = "{\"channel\":\"room:a\",\"data\":\"";
        return (head + "x".repeat(length - head.length() - 2) + "\"}").getBytes(UTF_8);
    }

    private static List<String> with(List<String> head, String... more) {
        return Stream.concat(head.stream(), Arrays.stream(more)).toList();
    }
}
