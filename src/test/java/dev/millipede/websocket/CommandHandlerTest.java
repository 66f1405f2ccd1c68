package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static dev.millipede.websocket.InstanceFixture.token;
import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Publication;
import dev.millipede.protocol.Command;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ann is connected and subscribed to {@code user:ann} and {@code broadcast}; four channels is her limit. */
class CommandHandlerTest {
    private static final Payload DATA = Payload.ofValidated("{\"n\":1}".getBytes(UTF_8));

    private InstanceFixture fixture = new InstanceFixture();
    private Connection ann = fixture.accept();

    @BeforeEach
    void annIsConnected() {
        connect(token("ann", 0));
    }

    private void connect(@Nullable String token) {
        ann = fixture.accept();
        fixture.instance.commands.accept(ann, new Command.Connect(1, token));
        fixture.loop.settle();
        transport(ann).texts.clear();
        fixture.toRouter();
    }

    @AfterEach
    void everyBufferIsReleased() {
        assertThat(fixture.unreleased()).isZero();
    }

    private List<String> says(Command... commands) {
        for (Command command : commands) {
            fixture.instance.commands.accept(ann, command);
        }
        fixture.loop.settle();
        return transport(ann).taken();
    }

    private static String error(long id, int code) {
        return "{\"id\":" + id + ",\"error\":{\"code\":" + code + ",";
    }

    private void fails(Command command, int code) {
        assertThat(says(command)).hasSize(1).first().asString().startsWith(error(9, code));
        assertThat(ann.isOpen()).isTrue();
    }

    @Test
    void aSubscribeIsAnsweredOnceItIsConfirmed() {
        fixture.confirms = false;
        assertThat(says(new Command.Subscribe(9, "room:a", null))).isEmpty();

        fixture.confirm(fixture.asked("room:a"));
        fixture.loop.settle();
        assertThat(transport(ann).taken()).containsExactly("{\"id\":9,\"subscribe\":{}}");
    }

    @Test
    void aSubscribeThatIsRefusedIsAnsweredWith100() {
        fixture.confirms = false;
        says(new Command.Subscribe(9, "room:a", null));
        fixture.refuse(fixture.asked("room:a"));
        fixture.loop.settle();

        assertThat(transport(ann).taken()).hasSize(1).first().asString().startsWith(error(9, 100));
        assertThat(ann.isSubscribed(channel("room:a"))).isFalse();
    }

    @Test
    void aSubscribeToWhatOneHasIs105() {
        says(new Command.Subscribe(2, "room:a", null));

        fails(new Command.Subscribe(9, "room:a", null), 105);
        fails(new Command.Subscribe(9, "user:ann", null), 105);
        fails(new Command.Subscribe(9, "broadcast", null), 105);
    }

    @Test
    void aSubscribeThatIsNotAllowedIs103() {
        fails(new Command.Subscribe(9, "user:bob", null), 103);
        connect(null);
        fails(new Command.Subscribe(9, "room:a", null), 103);
    }

    @Test
    void aNameThatIsNoneIs107AndOneOfNoNamespaceIs102() {
        fails(new Command.Subscribe(9, "room: a", null), 107);
        fails(new Command.Subscribe(9, "lobby", null), 102);
        fails(new Command.Publish(9, "", DATA), 107);
        fails(new Command.Publish(9, "nowhere:a", DATA), 102);
    }

    @Test
    void oneChannelMoreThanTheLimitIs106AndJoinsUnderWayCount() {
        says(new Command.Subscribe(2, "room:a", null), new Command.Subscribe(3, "room:b", null));
        fixture.confirms = false;
        says(new Command.Subscribe(4, "room:c", null));
        fails(new Command.Subscribe(9, "room:d", null), 106);

        says(new Command.Unsubscribe(5, "room:a"));
        fixture.confirms = true;
        assertThat(says(new Command.Subscribe(6, "room:d", null))).containsExactly("{\"id\":6,\"subscribe\":{}}");
    }

    @Test
    void anUnsubscribeEndsTheSubscriptionAndIsAlwaysAnswered() {
        says(new Command.Subscribe(2, "room:a", null));
        fixture.toRouter();
        for (String name : List.of("room:a", "room:a", "room: a", "nowhere:a", "room:never")) {
            assertThat(says(new Command.Unsubscribe(9, name))).containsExactly("{\"id\":9,\"unsubscribe\":{}}");
        }
        assertThat(fixture.toRouter()).containsExactly(new InterestEnded(0, channel("room:a")));
    }

    @Test
    void commandsForOneChannelAreSerialAndOtherChannelsDoNotWait() {
        fixture.confirms = false;
        assertThat(says(
                        new Command.Subscribe(2, "room:a", null),
                        new Command.Publish(3, "room:a", DATA),
                        new Command.Subscribe(4, "room:a", null),
                        new Command.Unsubscribe(5, "room:a"),
                        new Command.Unsubscribe(6, "room:b")))
                .containsExactly("{\"id\":6,\"unsubscribe\":{}}");

        fixture.confirm(fixture.asked("room:a"));
        List<String> answers = says();

        assertThat(answers).hasSize(4);
        assertThat(answers.get(0)).isEqualTo("{\"id\":2,\"subscribe\":{}}");
        assertThat(answers.get(1)).isEqualTo("{\"id\":3,\"publish\":{}}");
        assertThat(answers.get(2)).startsWith(error(4, 105));
        assertThat(answers.get(3)).isEqualTo("{\"id\":5,\"unsubscribe\":{}}");
        assertThat(ann.pending).isNull();
        assertThat(fixture.toRouter()).endsWith(new InterestEnded(0, channel("room:a")));
    }

    @Test
    void whatWaitedForASubscriptionThatFailsIsCarriedOutWithoutIt() {
        fixture.confirms = false;
        says(new Command.Subscribe(2, "room:a", null), new Command.Publish(3, "room:a", DATA));
        fixture.refuse(fixture.asked("room:a"));
        List<String> answers = says();

        assertThat(answers).hasSize(2);
        assertThat(answers.get(0)).startsWith(error(2, 100));
        assertThat(answers.get(1)).startsWith(error(3, 103));
    }

    @Test
    void tooManyCommandsWaitingForOneSubscriptionGet111() {
        fixture.confirms = false;
        says(new Command.Subscribe(2, "room:a", null));
        for (int i = 0; i < 128; i++) {
            assertThat(says(new Command.Publish(3, "room:a", DATA))).isEmpty();
        }
        fails(new Command.Publish(9, "room:a", DATA), 111);
    }

    @Test
    void afterItsUnsubscribeReplyASocketGetsNothingOfThatChannel() {
        says(new Command.Subscribe(2, "room:a", null));
        fixture.deliver("room:a", "before");
        fixture.instance.commands.accept(ann, new Command.Unsubscribe(9, "room:a"));
        fixture.deliver("room:a", "after");
        fixture.loop.settle();

        assertThat(transport(ann).taken()).last().isEqualTo("{\"id\":9,\"unsubscribe\":{}}");
    }

    @Test
    void whoUnsubscribesFromBroadcastsGetsNoneUntilItSubscribesAgain() {
        fixture = new InstanceFixture(Namespaces.DEFAULTS, true, FanOut.SLICE_NANOS);
        connect(token("ann", 0));
        says(new Command.Unsubscribe(2, "broadcast"));
        fixture.deliver("broadcast", "one");
        assertThat(says()).isEmpty();

        says(new Command.Subscribe(3, "broadcast", null));
        fixture.deliver("broadcast", "two");
        assertThat(says()).containsExactly("two");
    }

    @Test
    void aPublicationIsAcceptedFirstAndCarriesWhoPublished() {
        says(new Command.Subscribe(2, "room:a", null));
        assertThat(says(new Command.Publish(9, "room:a", DATA))).containsExactly("{\"id\":9,\"publish\":{}}");

        Publication published = fixture.broker.published().get(0);
        assertThat(published.channel()).isEqualTo(channel("room:a"));
        assertThat(published.data()).isSameAs(DATA);
        assertThat(Objects.requireNonNull(published.info()).user()).isEqualTo("ann");
        assertThat(Objects.requireNonNull(published.info()).client()).isEqualTo(ann.id());
    }

    @Test
    void aPublishIsRefusedForReasonsOfItsOwn() {
        fails(new Command.Publish(9, "room:a", null), 107);
        fails(new Command.Publish(9, "room:a", DATA), 103);
        fails(new Command.Publish(9, "user:ann", DATA), 103);
        fixture.broker.goAway();
        says(new Command.Subscribe(2, "room:a", null));
        fails(new Command.Publish(9, "room:a", DATA), 100);
        assertThat(fixture.broker.published()).isEmpty();
    }

    @Test
    void whatDoesNotExistYetIs108AndAOneWayMessageCloses() {
        fails(new Command.NotAvailable(9), 108);
        says(new Command.Send());

        assertThat(transport(ann).closeCodes).containsExactly(3508);
    }

    @Test
    void aSecondConnectOrAPongNobodyAskedForCloses() {
        says(new Command.Pong());
        assertThat(transport(ann).closeCodes).containsExactly(3501);

        connect(token("ann", 0));
        says(new Command.Connect(2, null));
        assertThat(transport(ann).closeCodes).containsExactly(3501);
    }

    @Test
    void aClosingConnectionTakesNoCommands() {
        says(new Command.Send());

        assertThat(says(new Command.NotAvailable(9))).isEmpty();
        assertThat(transport(ann).closeCodes).hasSize(1);
    }
}
