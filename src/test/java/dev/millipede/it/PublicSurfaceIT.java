package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger finds on the public listener of a node that is set up for production: the endpoint, and nothing beside it. */
@ExtendWith(LogErrors.class)
class PublicSurfaceIT {
    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start() {
        node = NodeFixture.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static RawHttp.Reply ask(String method, String target, String... headers) {
        List<String> head = new ArrayList<>(List.of(method + " " + target + " HTTP/1.1", "Host: localhost"));
        head.addAll(List.of(headers));
        return RawHttp.send(node.port(), head, new byte[0]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/metrics",
                "/health",
                "/health/live",
                "/health/ready",
                "/api",
                "/api/",
                "/api/info",
                "/api/publish",
                "/api/revoke",
                "/admin",
                "/console",
                "/development/token",
                "/debug",
                "/debug/pprof",
                "/heapdump",
                "/actuator",
                "/actuator/heapdump",
                "/jolokia",
                "/threads",
                "/config",
                "/default.json",
                "/conf/default.json",
                "/version",
                "/.git/config",
                "/.env",
                "/server-status",
                "/favicon.ico",
                "/robots.txt",
                "/%2e%2e/%2e%2e/etc/passwd",
                "/../conf/default.json",
                "//metrics",
                "/metrics/",
                "/METRICS",
                "/metrics?x=1",
                "/connection/websocket/../../metrics",
                "/connection/websocket%2f",
                "/connection",
                "/connection/",
                "/connection/http_stream",
                "/connection/sse",
                "/connection/uni_websocket",
                "/connection/sockjs"
            })
    void noPathButTheEndpointIsServed(String path) {
        for (String method : List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")) {
            RawHttp.Reply reply = ask(method, path, "Content-Length: 0", "X-API-Key: " + NodeFixture.API_KEY);

            assertThat(reply.status()).as(method).isIn(400, 404);
            assertThat(reply.body())
                    .as(method)
                    .doesNotContain("millipede", "java", "vert")
                    .hasSizeLessThan(64);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "TRACK", "CONNECT", "PROPFIND", "OPTIONS", "POST", "HEAD", "BREW"})
    void theEndpointTakesNoOtherMethodAndEchoesNothing(String method) {
        RawHttp.Reply reply = ask(method, "/connection/websocket", "Content-Length: 0", "X-Secret: echo-me");

        assertThat(reply.status()).isIn(400, 404, 405, 426);
        assertThat(reply.body() + reply.headers()).doesNotContain("echo-me");
    }

    @Test
    void traceOfAnyPathEchoesNothing() {
        for (String target : List.of("/", "*", "/metrics", "http://elsewhere.example/")) {
            RawHttp.Reply reply = ask("TRACE", target, "X-Secret: echo-me");

            assertThat(reply.status()).as(target).isIn(400, 404, 405);
            assertThat(reply.body() + reply.headers()).doesNotContain("echo-me");
        }
    }

    @Test
    void noAnswerSaysWhatAnswers() {
        for (String path : List.of("/", "/connection/websocket")) {
            RawHttp.Reply reply = ask("GET", path);

            assertThat(reply.header("Server")).isEmpty();
            assertThat(reply.header("X-Powered-By")).isEmpty();
            assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
        }
    }
}
