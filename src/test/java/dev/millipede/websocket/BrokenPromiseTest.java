package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millipede.channel.Namespaces;
import dev.millipede.support.ClientFrames;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Something of ours throws while it carries out a command. */
class BrokenPromiseTest {
    private static final String PUBLISH = "{\"id\":1,\"publish\":{\"channel\":\"room:a\",\"data\":1}}";

    private final Logger logger = (Logger) LoggerFactory.getLogger(Instance.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final InstanceFixture fixture = new InstanceFixture(Namespaces.DEFAULTS, true, FanOut.SLICE_NANOS);

    @BeforeEach
    void listen() {
        logged.start();
        logger.setAdditive(false);
        logger.addAppender(logged);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(logged);
        logger.setAdditive(true);
    }

    private void receive(Connection connection, byte[] bytes) {
        fixture.instance.received(connection, Unpooled.wrappedBuffer(bytes));
    }

    @Test
    void closesThatConnectionWith3004AndIsLoggedOnce() {
        Connection ann = fixture.connection();
        Connection bob = fixture.connection();
        fixture.broker.breakDown();

        receive(ann, ClientFrames.text(PUBLISH + '\n' + PUBLISH));
        receive(ann, ClientFrames.text(PUBLISH));

        assertThat(transport(ann).closeCodes).containsExactly(3004);
        assertThat(transport(ann).ended).isTrue();
        assertThat(bob.isOpen()).isTrue();
        assertThat(logged.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.ERROR);
        assertThat(fixture.metric("millipede_connections_closed_total{code=\"3004\"}"))
                .isEqualTo(1);
    }

    @Test
    void whenItWaitedForASubscriptionTheOthersThatWaitedForTheSameStillGetTheirReplies() {
        Connection ann = fixture.connection();
        Connection bob = fixture.connection();
        fixture.confirms = false;
        receive(ann, ClientFrames.text("{\"id\":1,\"subscribe\":{\"channel\":\"room:a\"}}\n" + PUBLISH));
        receive(bob, ClientFrames.text("{\"id\":2,\"subscribe\":{\"channel\":\"room:a\"}}"));
        fixture.broker.breakDown();

        fixture.confirm(fixture.asked("room:a"));
        fixture.loop.settle();

        assertThat(transport(ann).closeCodes).containsExactly(3004);
        assertThat(transport(bob).taken()).containsExactly("{\"id\":2,\"subscribe\":{}}");
        assertThat(logged.list).hasSize(1);
    }

    @Test
    void aPublicationThatIsNotAcceptedIsNotCounted() {
        Connection ann = fixture.connection();

        receive(ann, ClientFrames.text(PUBLISH));
        fixture.broker.goAway();
        receive(ann, ClientFrames.text(PUBLISH));

        assertThat(fixture.metric("millipede_publications_total{namespace=\"room\",source=\"client\"}"))
                .isEqualTo(1);
    }
}
