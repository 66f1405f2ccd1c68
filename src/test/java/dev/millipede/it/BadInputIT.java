package dev.millipede.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.ClientFrames;
import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TestClient;
import dev.millipede.support.TestClient.Closed;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each kind of bad input gets its documented code, and another member of the same room notices nothing. */
@ExtendWith(LogErrors.class)
class BadInputIT {
    private static final String ROOM = "room:shared";
    private static final int BAD_REQUEST = 3501;
    private static final int TOO_BIG = 1009;
    private static final int NOT_UTF8 = 1007;
    private static final int PROTOCOL_ERROR = 1002;

    @SuppressWarnings("NullAway.Init")
    private static NodeFixture node;

    @SuppressWarnings("NullAway.Init")
    private static TestClient bystander;

    private static int published;

    @SuppressWarnings("NullAway.Init")
    private TestClient client;

    @BeforeAll
    static void start() {
        node = NodeFixture.start();
        bystander = node.member("bystander", ROOM);
    }

    @AfterAll
    static void stop() {
        bystander.close();
        node.close();
    }

    @BeforeEach
    void join() {
        client = node.member("mallory", ROOM);
    }

    @AfterEach
    void nobodyElseNoticesAnything() {
        client.close();
        node.publish(ROOM, ++published);
        assertThat(bystander.text())
                .isEqualTo("{\"push\":{\"channel\":\"" + ROOM + "\",\"pub\":{\"data\":" + published + "}}}");
    }

    /** The close frame comes, is counted, and the socket ends. */
    private void assertCloses(int code, byte[] input) {
        String metric = "millipede_connections_closed_total{code=\"" + code + "\"}";
        double before = node.metric(metric);
        client.write(input);
        TestClient.Event event = client.next();
        assertThat(event).isInstanceOf(Closed.class);
        Closed closed = (Closed) event;
        assertThat(closed.code()).isEqualTo(code);
        assertThat(closed.reason()).isNotEmpty().matches("[a-zA-Z][ -~]*");
        client.ended();
        Eventually.until(() -> node.metric(metric), count -> count == before + 1);
    }

    private void assertClosesCommand(int code, String command) {
        assertCloses(code, ClientFrames.text(command));
    }

    @Test
    void whatIsNotJsonClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "hello");
    }

    @Test
    void jsonThatIsNoObjectClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "[{\"id\":1}]");
    }

    @Test
    void jsonCutShortClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "{\"id\":1,\"publish\":{\"channel\":\"" + ROOM + "\",\"data\":{\"a\":");
    }

    @Test
    void dataNestedTooDeepClosesAsBadRequest() {
        String deep = "[".repeat(20_000) + "]".repeat(20_000);
        assertClosesCommand(BAD_REQUEST, "{\"id\":1,\"publish\":{\"channel\":\"" + ROOM + "\",\"data\":" + deep + "}}");
    }

    @Test
    void anUnknownCommandClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "{\"id\":1,\"fly\":{}}");
    }

    @Test
    void aCommandWithIdZeroIsAPongNobodyAskedFor() {
        assertClosesCommand(BAD_REQUEST, "{\"id\":0,\"subscribe\":{\"channel\":\"room:x\"}}");
    }

    @Test
    void anIdThatIsNoUnsignedIntegerClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "{\"id\":4294967296,\"subscribe\":{\"channel\":\"room:x\"}}");
    }

    @Test
    void twoCommandsInOneObjectCloseAsBadRequest() {
        assertClosesCommand(
                BAD_REQUEST,
                "{\"id\":1,\"subscribe\":{\"channel\":\"room:x\"},\"unsubscribe\":{\"channel\":\"room:x\"}}");
    }

    @Test
    void anEmptyFrameClosesAsBadRequest() {
        assertClosesCommand(BAD_REQUEST, "");
    }

    @Test
    void anEmptyLineClosesAfterTheCommandBeforeIt() {
        client.send("{\"id\":2,\"unsubscribe\":{\"channel\":\"room:x\"}}", "", "{\"id\":3,\"rpc\":{}}");
        assertThat(client.text()).isEqualTo("{\"id\":2,\"unsubscribe\":{}}");
        assertThat(client.next()).isEqualTo(new Closed(BAD_REQUEST, "bad request"));
    }

    @Test
    void aLineBreakAtTheEndIsAllowed() {
        client.send("{\"id\":2,\"unsubscribe\":{\"channel\":\"room:x\"}}\n");
        assertThat(client.text()).isEqualTo("{\"id\":2,\"unsubscribe\":{}}");
    }

    @Test
    void aBinaryFrameClosesAsInappropriateProtocol() {
        assertCloses(3506, ClientFrames.frame(ClientFrames.BINARY, "{}".getBytes(UTF_8)));
    }

    @Test
    void aFrameOfAMegabyteIsTooBig() {
        assertCloses(TOO_BIG, ClientFrames.text(" ".repeat(1 << 20)));
    }

    @Test
    void aFrameAtTheLimitIsTaken() {
        String command = "{\"id\":2,\"unsubscribe\":{\"channel\":\"room:x\"}}";
        client.send(command + " ".repeat((64 << 10) - command.length()));
        assertThat(client.text()).isEqualTo("{\"id\":2,\"unsubscribe\":{}}");
    }

    @Test
    void aMessageOfFramesThatAddUpIsTooBig() {
        byte[] half = " ".repeat(40 << 10).getBytes(UTF_8);
        assertCloses(
                TOO_BIG,
                ClientFrames.join(
                        ClientFrames.frame(ClientFrames.TEXT, false, half),
                        ClientFrames.frame(ClientFrames.CONTINUATION, false, half)));
    }

    @Test
    void tenThousandFragmentsAreTooBig() {
        byte[][] fragments = new byte[10_000][];
        Arrays.fill(fragments, ClientFrames.frame(ClientFrames.CONTINUATION, false, new byte[0]));
        fragments[0] = ClientFrames.frame(ClientFrames.TEXT, false, new byte[0]);
        assertCloses(TOO_BIG, ClientFrames.join(fragments));
    }

    @Test
    void aCommandInFragmentsWithAPingBetweenIsTaken() {
        client.write(ClientFrames.join(
                ClientFrames.frame(ClientFrames.TEXT, false, "{\"id\":2,\"unsub".getBytes(UTF_8)),
                ClientFrames.frame(ClientFrames.PING, "p".getBytes(UTF_8)),
                ClientFrames.frame(
                        ClientFrames.CONTINUATION, true, "scribe\":{\"channel\":\"room:x\"}}".getBytes(UTF_8))));
        assertThat(client.next()).isEqualTo(new TestClient.Control(ClientFrames.PONG, "p"));
        assertThat(client.text()).isEqualTo("{\"id\":2,\"unsubscribe\":{}}");
    }

    @Test
    void badUtf8IsRefused() {
        assertCloses(
                NOT_UTF8,
                ClientFrames.frame(ClientFrames.TEXT, new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', '}'}));
    }

    @Test
    void badUtf8InTwoFragmentsIsRefusedWithoutWaitingForTheThird() {
        assertCloses(
                NOT_UTF8,
                ClientFrames.join(
                        ClientFrames.frame(ClientFrames.TEXT, false, new byte[] {'{', '"', (byte) 0xC3}),
                        ClientFrames.frame(ClientFrames.CONTINUATION, false, new byte[] {'('})));
    }

    /** A frame's head alone; whoever made room for what it announces would be out of memory. */
    private static byte[] announces(long length) {
        return ByteBuffer.allocate(14)
                .put((byte) 0x81)
                .put((byte) 0xFF)
                .putLong(length)
                .array();
    }

    @Test
    void aFrameThatAnnouncesMoreThanThereIsIsRefusedByItsHead() {
        assertCloses(TOO_BIG, announces(Long.MAX_VALUE));
        join();
        assertCloses(TOO_BIG, announces(1L << 31));
        join();
        assertCloses(PROTOCOL_ERROR, announces(Long.MIN_VALUE));
    }

    @Test
    void aFrameWithoutMaskIsAProtocolError() {
        assertCloses(PROTOCOL_ERROR, ClientFrames.unmasked("{}"));
    }

    @Test
    void aReservedBitIsAProtocolError() {
        byte[] frame = ClientFrames.text("{}");
        frame[0] |= 0x40;
        assertCloses(PROTOCOL_ERROR, frame);
    }

    @Test
    void aCloseFrameWithAForbiddenCodeIsAProtocolError() {
        assertCloses(PROTOCOL_ERROR, ClientFrames.close(1005, ""));
    }

    @Test
    void whatFollowsTheBadInputIsNotCarriedOut() {
        byte[] publish = ClientFrames.text("{\"id\":3,\"publish\":{\"channel\":\"" + ROOM + "\",\"data\":\"after\"}}");
        assertCloses(BAD_REQUEST, ClientFrames.join(ClientFrames.text("nonsense"), publish, publish));
    }

    @Test
    void aResetInTheMiddleOfAFrameIsNobodysBusiness() {
        byte[] frame = ClientFrames.text("{\"id\":3,\"publish\":{\"channel\":\"" + ROOM + "\",\"data\":1}}");
        client.write(Arrays.copyOf(frame, frame.length / 2));
        client.reset();
        Eventually.until(() -> node.info().getInteger("num_clients"), count -> count == 1);
    }
}
