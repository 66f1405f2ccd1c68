package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.RawHttp;
import dev.millipede.support.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cross-site WebSocket hijacking: pages of whom get past the handshake, with a visitor's cookie or without. */
@ExtendWith(LogErrors.class)
class OriginsIT {
    @SuppressWarnings("NullAway.Init")
    private static NodeFixture listing;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture own;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture open;

    @BeforeAll
    static void start() {
        listing = node("https://chat.example.com", "https://*.example.org", "http://*.example.net:8080", "app://x");
        own = NodeFixture.start();
        open = node("*");
    }

    @AfterAll
    static void stop() {
        listing.close();
        own.close();
        open.close();
    }

    private static NodeFixture node(String... origins) {
        JsonObject http = new JsonObject().put("allowedOrigins", new JsonArray(List.of(origins)));
        return NodeFixture.start(new JsonObject().put("http", http).encode());
    }

    /** The status of a handshake with these Origin headers, separated by {@code ;}, as UTF-8 where it is no ASCII. */
    private static int status(NodeFixture node, @Nullable String origins, boolean cookie) {
        List<String> head = new ArrayList<>(TestClient.handshakeHead(node.port()));
        for (String origin : origins == null ? new String[0] : origins.split(";", -1)) {
            byte[] raw = origin.replace("PORT", Integer.toString(node.port())).getBytes(StandardCharsets.UTF_8);
            head.add("Origin: " + new String(raw, StandardCharsets.ISO_8859_1));
        }
        if (cookie) {
            head.add("Cookie: session=of-the-visitor");
        }
        return RawHttp.send(node.port(), head, new byte[0]).status();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                                                      , 101
            https://chat.example.com                  , 101
            HTTPS://Chat.Example.COM                  , 101
            app://x                                   , 101
            https://a.example.org                     , 101
            https://a.b-c.example.org                 , 101
            https://xn--bcher-kva.example.org         , 101
            http://a.example.net:8080                 , 101
            https://evil.example                      , 403
            null                                      , 403
            ''                                        , 403
            *                                         , 403
            http://chat.example.com                   , 403
            https://chat.example.com:8443             , 403
            https://chat.example.com:443              , 403
            https://chat.example.com.                 , 403
            https://chat.example.com/                 , 403
            https://chat.example.com.evil.example     , 403
            https://evil-chat.example.com             , 403
            https://chat.example.com@evil.example     , 403
            https://me@chat.example.com               , 403
            'https://chat.example.com https://evil'   , 403
            https://chat.example.com;https://chat.example.com , 403
            https://chat.example.com;https://evil.example     , 403
            https://example.org                       , 403
            https://.example.org                      , 403
            https://a..example.org                    , 403
            https://a.example.org.                    , 403
            https://evil-example.org                  , 403
            https://a.example.org.evil                , 403
            https://a.example.org:8443                , 403
            http://a.example.org                      , 403
            https://evil.example/.example.org         , 403
            https://evil.example#.example.org         , 403
            https://evil.example?.example.org         , 403
            https://me@a.example.org                  , 403
            https://evil.example:1.example.org        , 403
            https://*.example.org                     , 403
            https://bücher.example.org                , 403
            http://a.example.net                      , 403
            http://localhost:PORT                     , 403
            """)
    void ofAListOnlyWhatIsInItGetsPast(@Nullable String origins, int expected) {
        assertThat(status(listing, origins, false)).isEqualTo(expected);
        assertThat(status(listing, origins, true)).as("with a cookie").isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                                                      , 101
            http://localhost:PORT                     , 101
            https://LOCALHOST:PORT                    , 101
            http://localhost                          , 403
            http://localhost:1                        , 403
            http://localhost.:PORT                    , 403
            http://me@localhost:PORT                  , 403
            http://localhost:PORT@evil.example        , 403
            http://evil.example                       , 403
            null                                      , 403
            localhost:PORT                            , 403
            http://localhost:PORT;http://localhost:PORT , 403
            """)
    void withoutAListOnlyPagesOfTheSameHostGetPast(@Nullable String origins, int expected) {
        assertThat(status(own, origins, false)).isEqualTo(expected);
        assertThat(status(own, origins, true)).as("with a cookie").isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            https://evil.example                      , 101
            null                                      , 101
            https://a.example;https://b.example       , 403
            """)
    void anAsteriskLetsEveryOneOriginPast(String origins, int expected) {
        assertThat(status(open, origins, true)).isEqualTo(expected);
    }
}
