package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.forget;
import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.ServerMessage;
import dev.millipede.websocket.frame.FrameWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final int LIMIT = WebSocketConfig.DEFAULTS.outboxLimit();

    private final InstanceFixture fixture = new InstanceFixture();
    private final Outbox outbox = fixture.instance.outbox;
    private final Connection ann = fixture.connection();

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private boolean offer(Connection to, int length) {
        byte[] frame = FrameWriter.text(
                "x".repeat(length - FrameWriter.headerLength(length)).getBytes(UTF_8));
        assertThat(frame).hasSize(length);
        return outbox.offer(to, fixture.allocator.directBuffer(frame.length).writeBytes(frame));
    }

    @Test
    void unsentBytesUpToTheBoundAreKept() {
        transport(ann).full = true;

        assertThat(offer(ann, LIMIT - 1_000)).isTrue();
        assertThat(offer(ann, 1_000)).isTrue();

        fixture.loop.settle();
        assertThat(ann.isOpen()).isTrue();
        assertThat(outbox.unsentBytes()).isEqualTo(LIMIT);
    }

    @Test
    void oneByteMoreClosesAsSlowOnceAndIsCountedOnce() {
        transport(ann).full = true;
        offer(ann, LIMIT - 1_000);

        assertThat(offer(ann, 1_001)).isFalse();
        assertThat(offer(ann, 1_001)).isFalse();
        fixture.loop.settle();

        assertThat(transport(ann).closeCodes).containsExactly(3008);
        assertThat(transport(ann).texts).hasSize(1);
        assertThat(fixture.metric("millipede_slow_closes_total")).isEqualTo(1);
        assertThat(fixture.metric("millipede_connections_closed_total{code=\"3008\"}"))
                .isEqualTo(1);
    }

    @Test
    void oneRunOfFramesLongerThanTheBoundGoesToAReaderThatHasReadAll() {
        assertThat(offer(ann, LIMIT + 1)).isTrue();
        fixture.loop.settle();
        assertThat(ann.isOpen()).isTrue();

        transport(ann).full = true;
        assertThat(offer(ann, LIMIT + 1)).isTrue();
        assertThat(offer(ann, 10)).isFalse();
        assertThat(transport(ann).closeCodes).containsExactly(3008);
    }

    @Test
    void pastTheBoundOfAllThoseWithTheMostUnsentBytesAreCutUntilATenthIsFree() {
        outbox.boundAll(100_000);
        List<Connection> readers = IntStream.range(0, 5).mapToObj(i -> stuck()).toList();
        Connection quick = fixture.connection();
        int[] lengths = {10_000, 20_000, 30_000, 5_000, 34_000};
        for (int i = 0; i < lengths.length; i++) {
            offer(readers.get(i), lengths[i]);
            offer(quick, 1_000_000);
        }
        fixture.loop.settle();
        assertThat(readers).as("at 99,000").allMatch(Connection::isOpen);

        offer(readers.get(3), 6_000);
        offer(quick, 1_000_000);
        fixture.loop.settle();

        assertThat(readers.stream().map(each -> transport(each).closed))
                .containsExactly(false, false, false, false, true);
        assertThat(transport(readers.get(4)).closeCodes).containsExactly(3008);
        assertThat(outbox.unsentBytes()).isEqualTo(71_000);
        assertThat(fixture.metric("millipede_limited_total{limit=\"outbox_bytes_per_node\"}"))
                .isEqualTo(1);
        assertThat(fixture.metric("millipede_connections_closed_total{code=\"3008\"}"))
                .isEqualTo(1);
        assertThat(quick.isOpen()).isTrue();
        readers.forEach(each -> each.transport.close());
    }

    private Connection stuck() {
        Connection connection = fixture.connection();
        transport(connection).full = true;
        return connection;
    }

    @Test
    void whoIsClosedAlreadyIsCutFirst() {
        outbox.boundAll(100_000);
        Connection leaving = stuck();
        Connection staying = stuck();
        offer(leaving, 40_000);
        offer(staying, 50_000);
        fixture.loop.settle();
        leaving.close(CloseCode.SLOW);

        offer(staying, 20_000);
        fixture.loop.settle();

        assertThat(transport(leaving).closed).isTrue();
        assertThat(staying.isOpen()).isTrue();
        assertThat(fixture.metric("millipede_limited_total{limit=\"outbox_bytes_per_node\"}"))
                .isZero();
        staying.transport.close();
    }

    @Test
    void theBoundIsPassedByATwentiethAtTheMost() {
        outbox.boundAll(100_000);
        List<Connection> readers =
                IntStream.range(0, 200).mapToObj(i -> stuck()).toList();
        for (int round = 0; round < 10; round++) {
            for (Connection each : readers) {
                offer(each, 1_000);
                fixture.loop.settle();
                assertThat(outbox.unsentBytes()).isLessThanOrEqualTo(106_000);
            }
        }
        assertThat(readers).filteredOn(Connection::isOpen).hasSizeLessThan(100);
        readers.forEach(each -> each.transport.close());
    }

    @Test
    void whatIsNotFlushedYetDoesNotMakeAReaderSlow() {
        for (int i = 0; i < 5; i++) {
            assertThat(offer(ann, LIMIT / 2)).isTrue();
        }
        fixture.loop.settle();

        assertThat(ann.isOpen()).isTrue();
        assertThat(transport(ann).texts).hasSize(5);
    }

    @Test
    void nothingIsWrittenAfterTheCloseFrame() {
        ann.close(CloseCode.SHUTDOWN);
        outbox.send(ann, fixture.instance.protocol, new ServerMessage.Ping());
        outbox.send(ann, FrameWriter.text("{}".getBytes(UTF_8)));
        ann.close(CloseCode.SLOW);
        fixture.loop.settle();

        assertThat(transport(ann).closeCodes).containsExactly(3001);
        assertThat(transport(ann).texts).isEmpty();
        assertThat(transport(ann).writes).isEqualTo(1);
    }

    @Test
    void whatIsWrittenInOneTurnIsFlushedOnce() {
        Connection bob = fixture.connection();
        for (int i = 0; i < 3; i++) {
            offer(ann, 100);
            offer(bob, 100);
        }
        assertThat(transport(ann).flushes).isZero();

        assertThat(fixture.loop.settle()).isEqualTo(1);
        assertThat(transport(ann).flushes).isEqualTo(1);
        assertThat(transport(bob).flushes).isEqualTo(1);

        assertThat(fixture.loop.settle()).isZero();
        outbox.flush();
        assertThat(transport(ann).flushes).isEqualTo(1);
    }

    @Test
    void aGroupOfSocketsIsFlushedAsSoonAsItIsComplete() {
        List<Connection> many = IntStream.range(0, Outbox.FLUSH_GROUP + 5)
                .mapToObj(i -> fixture.connection())
                .toList();
        many.forEach(InstanceFixture::forget);
        many.forEach(each -> offer(each, 100));

        assertThat(many.stream().filter(each -> transport(each).flushes == 1)).hasSize(Outbox.FLUSH_GROUP);
        fixture.loop.settle();
        assertThat(many).allMatch(each -> transport(each).flushes == 1);
    }

    @Test
    void bytesSentAreCountedWithTheFlush() {
        offer(ann, 100);
        offer(ann, 1_000);
        assertThat(fixture.metric("millipede_sent_bytes_total")).isZero();

        fixture.loop.settle();
        assertThat(fixture.metric("millipede_sent_bytes_total")).isEqualTo(1_100);
    }

    @Test
    void unsentBytesAreThoseOfAllConnectionsUntilTheyDrainOrClose() {
        Connection bob = fixture.connection();
        transport(ann).full = true;
        transport(bob).full = true;
        for (int i = 0; i < 2; i++) {
            offer(ann, 100);
            offer(bob, 1_000);
            fixture.loop.settle();
        }
        assertThat(outbox.unsentBytes()).isEqualTo(2_200);

        transport(ann).full = false;
        transport(ann).flush();
        assertThat(outbox.unsentBytes()).isEqualTo(2_000);
        assertThat(ann.backlogged).isFalse();

        transport(bob).close();
        assertThat(outbox.unsentBytes()).isZero();

        transport(ann).full = true;
        offer(ann, 100);
        fixture.loop.settle();
        assertThat(outbox.unsentBytes()).isEqualTo(100);
    }

    @Test
    void aMessageHasTheShortestHeader() {
        forget(ann);
        outbox.send(ann, fixture.instance.protocol, new ServerMessage.Ping());
        fixture.loop.settle();

        assertThat(transport(ann).texts).containsExactly("{}");
        assertThat(transport(ann).bytes).isEqualTo(4);
    }
}
