package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import dev.millipede.support.TestClient.Control;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both kinds of pings, with an interval of one second. */
@ExtendWith(LogErrors.class)
class PingIT {
    private static final Closed BAD_REQUEST = new Closed(3501, "bad request");

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @BeforeAll
    static void start() {
        node = NodeFixture.start("{\"websocket\":{\"pingInterval\":\"1s\",\"pongTimeout\":\"400ms\"}}");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whoAnswersPingsStaysAndWhoDoesNotIsClosed() {
        try (TestClient answers = node.connect("ann");
                TestClient silent = node.connect("bob")) {
            for (int i = 0; i < 3; i++) {
                assertThat(answers.text()).isEqualTo("{}");
                answers.send("{}");
            }
            assertThat(silent.text()).isEqualTo("{}");
            assertThat(silent.next()).isEqualTo(new Closed(3012, "no pong"));
            assertThat(answers.call("unsubscribe", "room:1").containsKey("unsubscribe"))
                    .isTrue();
        }
    }

    @Test
    void otherTrafficIsNoPong() {
        try (TestClient client = node.connect("ann")) {
            assertThat(client.text()).isEqualTo("{}");
            assertThat(client.call("unsubscribe", "room:1").containsKey("unsubscribe"))
                    .isTrue();
            assertThat(client.next()).isEqualTo(new Closed(3012, "no pong"));
        }
    }

    @Test
    void aPongWithoutAPingCloses() {
        try (TestClient client = node.connect("ann")) {
            client.send("{}");
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
        }
    }

    @Test
    void aSecondPongCloses() {
        try (TestClient client = node.connect("ann")) {
            assertThat(client.text()).isEqualTo("{}");
            client.send("{}", "{}");
            assertThat(client.next()).isEqualTo(BAD_REQUEST);
        }
    }

    @Test
    void aPingFrameIsAnsweredWithItsPayloadAtAnyTime() {
        try (TestClient client = node.open()) {
            client.write(ClientFrames.frame(ClientFrames.PING, "early".getBytes(UTF_8)));
            assertThat(client.next()).isEqualTo(new Control(ClientFrames.PONG, "early"));
            NodeFixture.connect(client, "ann");
            client.write(ClientFrames.frame(ClientFrames.PING, new byte[0]));
            assertThat(client.next()).isEqualTo(new Control(ClientFrames.PONG, ""));
        }
    }

    @Test
    void aPongFrameThatNobodyAskedForIsIgnored() {
        try (TestClient client = node.connect("ann")) {
            client.write(ClientFrames.frame(ClientFrames.PONG, "unasked".getBytes(UTF_8)));
            assertThat(client.call("unsubscribe", "room:1").containsKey("unsubscribe"))
                    .isTrue();
        }
    }

    @Test
    void aCloseFrameIsEchoedAndTheSocketEnds() {
        try (TestClient client = node.connect("ann")) {
            client.write(ClientFrames.close(4001, "enough"));
            assertThat(client.next()).isEqualTo(new Closed(4001, "enough"));
            client.ended();
        }
    }
}
