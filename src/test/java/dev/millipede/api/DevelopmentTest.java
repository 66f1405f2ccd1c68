package dev.millipede.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.RawHttp;
import dev.millipede.support.RawHttp.Reply;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DevelopmentTest {
    private final ApiFixture api = ApiFixture.start((routes, router) -> {
        DevelopmentGuard.mount(router);
        routes.mount(router, MetricsAccess.OPEN);
        new DevelopmentRoutes(user -> "token-of-" + user, "page").mount(router);
    });

    @AfterEach
    void close() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost:9000", "127.0.0.1", "127.0.0.1:8000", "[::1]", "[::1]:65535"})
    void whoeverAsksThisMachineByALocalNameIsAnswered(String host) {
        assertThat(get("/health/live", "Host: " + host)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elsewhere.example",
                "localhost.elsewhere.example",
                "localhost:80.elsewhere.example",
                "localhost@elsewhere.example",
                "127.0.0.2",
                "127.0.0.1.nip.example",
                "0.0.0.0:9000",
                "::1",
                "[::1",
                "localhost:",
                "localhost:x",
                ""
            })
    void anyOtherNameIsMisdirected(String host) {
        assertThat(get("/health/live", "Host: " + host)).isIn(421, 400);
        assertThat(get("/dev/token?user=ann", "Host: " + host)).isIn(421, 400);
    }

    @Test
    void noHostOrTwoOrOneInTheRequestLineAreMisdirected() {
        assertThat(get("/health/live")).isIn(421, 400);
        assertThat(get("/health/live", "Host: localhost", "Host: localhost")).isIn(421, 400);
        assertThat(get("/health/live", "Host: localhost", "Host: elsewhere.example"))
                .isIn(421, 400);
        assertThat(get("http://elsewhere.example/health/live", "Host: localhost"))
                .isEqualTo(421);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Forwarded: for=1.2.3.4",
                "X-Forwarded-For: 1.2.3.4",
                "x-forwarded-proto: https",
                "X-FORWARDED-ANYTHING:",
                "X-Real-IP: 1.2.3.4",
                "Via: 1.1 proxy"
            })
    void whatCameThroughAProxyIsMisdirected(String header) {
        assertThat(get("/health/live", "Host: localhost", header)).isEqualTo(421);
    }

    @Test
    void whatAPageOfAnotherOriginCausedIsForbidden() {
        for (String site : List.of("cross-site", "same-site", "", "none, cross-site", "Same-Origin")) {
            assertThat(get("/dev/token?user=ann", "Host: localhost", "Sec-Fetch-Site: " + site))
                    .as(site)
                    .isEqualTo(403);
        }
        assertThat(get("/", "Host: localhost", "Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"))
                .isEqualTo(403);
        for (String site : List.of("same-origin", "none")) {
            assertThat(get("/dev/token?user=ann", "Host: localhost", "Sec-Fetch-Site: " + site))
                    .isEqualTo(200);
        }
    }

    @Test
    void aTokenIsMintedForTheUserAskedFor() {
        Reply reply = RawHttp.get(api.port, "/dev/token?user=ann%2Bbob");

        assertThat(new JsonObject(reply.body()))
                .isEqualTo(new JsonObject().put("token", "token-of-ann+bob").put("user", "ann+bob"));
        assertThat(reply.header("Cache-Control")).containsExactly("no-store");
        assertThat(reply.headers()).noneMatch(line -> line.startsWith("access-control"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?user=", "?user=a%20b", "?user=%0a", "?user=%C3%BC", "?user=a&user=b", "?name=a"})
    void aUserThatCannotBeAChannelIsRefused(String query) {
        assertThat(RawHttp.get(api.port, "/dev/token" + query).status()).isEqualTo(400);
    }

    @Test
    void aUserIdIsAsLongAsItsChannelMayBe() {
        assertThat(RawHttp.get(api.port, "/dev/token?user=" + "x".repeat(250)).status())
                .isEqualTo(200);
        assertThat(RawHttp.get(api.port, "/dev/token?user=" + "x".repeat(251)).status())
                .isEqualTo(400);
    }

    @Test
    void thePageIsServedWithAPolicyThatAllowsOnlyItself() {
        Reply page = RawHttp.get(api.port, "/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("A page");
        assertThat(page.header("Content-Type").get(0)).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy").get(0)).contains("default-src 'self'");
        assertThat(page.header("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(page.header("Cache-Control")).containsExactly("no-store");
    }

    @Test
    void onlyFilesOfThePageAreServed() {
        for (String path : List.of("/other", "/../frames/autobahn.txt", "/%2e%2e/logback.xml", "/..%2flogback.xml")) {
            assertThat(RawHttp.get(api.port, path).status()).as(path).isIn(400, 403, 404);
        }
    }

    private int get(String target, String... headers) {
        List<String> head = new ArrayList<>(List.of("GET " + target + " HTTP/1.1"));
        head.addAll(List.of(headers));
        return RawHttp.send(api.port, head, new byte[0]).status();
    }
}
