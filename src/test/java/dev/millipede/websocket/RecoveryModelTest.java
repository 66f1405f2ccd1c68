package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.kept;
import static dev.millipede.websocket.InstanceFixture.token;
import static dev.millipede.websocket.InstanceFixture.transport;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.InterestEnded;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that come, go, come back with what they have seen, and streams that lose what they had, between the turns of the
 * loop, against a model of the router that answers when it likes: what a client is told by replies and pushes is, channel by
 * channel, the stream after what it had, each publication once and in order.
 */
class RecoveryModelTest {
    private static final List<String> CHANNELS = List.of("broadcast", "room:small", "room:large");
    private static final int CLIENTS = 150;
    private static final int STEPS = 6_000;
    private static final int KEPT = 60;

    private final InstanceFixture fixture = new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS);
    private final Map<String, Stream> streams = new HashMap<>();
    private final ArrayDeque<RouterRecord> toAnswer = new ArrayDeque<>();
    private final List<Client> clients = new ArrayList<>();
    private int recoveries;
    private int failures;
    private int resets;

    /** A channel's stream as the router sees it, and whether this instance listens. */
    private static final class Stream {
        final Channel channel;
        final ArrayDeque<Long> kept = new ArrayDeque<>();
        int epoch;
        long top;
        boolean listening;

        Stream(String name) {
            channel = kept(name);
        }

        Position position() {
            return new Position("e" + epoch, top);
        }

        String push(long offset) {
            return channel.name() + "#e" + epoch + "#" + offset;
        }
    }

    /** What one user knows, over all her connections. */
    private final class Client {
        final Map<String, Position> seen = new HashMap<>();
        /** The channels it takes itself to be subscribed to. */
        final List<String> subscribed = new ArrayList<>();

        Connection connection;
        boolean connected;

        Client(SplittableRandom random) {
            connection = fixture.accept();
            connect(random);
        }

        void connect(SplittableRandom random) {
            transport(connection).close();
            connection = fixture.accept();
            connected = false;
            subscribed.clear();
            transport(connection).writeNanos = random.nextInt(20_000, 200_000);
            Position broadcast = seen.get("broadcast");
            Map<String, Since> subs =
                    broadcast == null ? Map.of() : Map.of("broadcast", Objects.requireNonNull(since("broadcast")));
            fixture.instance.commands.accept(connection, new Command.Connect(1, token("u", 0), subs));
        }

        @Nullable
        Since since(String channel) {
            Position position = seen.get(channel);
            return position == null ? null : new Since(position.epoch(), position.offset());
        }

        void subscribe(String channel, boolean strict) {
            int id = 10 + CHANNELS.indexOf(channel);
            fixture.instance.commands.accept(
                    connection, new Command.Subscribe(id, channel, null, since(channel), strict));
        }

        void listen() {
            for (String text : transport(connection).taken()) {
                for (String line : text.lines().toList()) {
                    hear(line);
                }
            }
        }

        private void hear(String line) {
            if (!line.startsWith("{")) {
                publication(line);
                return;
            }
            JsonObject message = new JsonObject(line);
            JsonObject push = message.getJsonObject("push");
            if (push != null) {
                pushed(push);
            } else if (message.containsKey("connect")) {
                connected = true;
                JsonObject subs = message.getJsonObject("connect").getJsonObject("subs");
                begin("broadcast", subs.getJsonObject("broadcast"));
            } else if (message.containsKey("subscribe")) {
                begin(CHANNELS.get(message.getInteger("id") - 10), message.getJsonObject("subscribe"));
            } else if (message.containsKey("unsubscribe")) {
                subscribed.remove(CHANNELS.get(message.getInteger("id") - 20));
            } else if (message.containsKey("error")) {
                int code = message.getJsonObject("error").getInteger("code");
                assertThat(code).isIn(100, 105, 112);
                if (code == 112) {
                    seen.remove(CHANNELS.get(message.getInteger("id") - 10));
                }
                failures++;
            }
        }

        private void pushed(JsonObject push) {
            String channel = push.getString("channel");
            JsonObject begun = push.getJsonObject("subscribe");
            if (begun == null) {
                assertThat(push.getJsonObject("unsubscribe").getInteger("code")).isEqualTo(2500);
                assertThat(subscribed.remove(channel))
                        .as("unsubscribed from what it has")
                        .isTrue();
                resets++;
            } else {
                begin(channel, begun);
            }
        }

        /** A subscription begins, with what was missed or anew. */
        private void begin(String channel, JsonObject begun) {
            assertThat(subscribed).doesNotContain(channel);
            subscribed.add(channel);
            Position told = new Position(begun.getString("epoch"), begun.getLong("offset", 0L));
            boolean recovered = begun.getBoolean("recovered", false);
            if (recovered) {
                assertThat(told).isEqualTo(seen.get(channel));
                recoveries++;
            } else {
                assertThat(begun.containsKey("publications")).isFalse();
            }
            seen.put(channel, told);
            for (Object body : begun.getJsonArray("publications", new JsonArray())) {
                publication((String) body);
            }
        }

        private void publication(String push) {
            String[] parts = push.split("#", 3);
            Position last = Objects.requireNonNull(seen.get(parts[0]), push);
            assertThat(subscribed).as(push).contains(parts[0]);
            assertThat(parts[1]).as("%s after %s", push, last).isEqualTo(last.epoch());
            assertThat(Long.parseLong(parts[2])).as("%s after %s", push, last).isEqualTo(last.offset() + 1);
            seen.put(parts[0], new Position(parts[1], last.offset() + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatAClientHearsIsTheStreamAfterWhatItHad(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        fixture.toRouter();
        fixture.confirms = false;
        CHANNELS.forEach(name -> streams.put(name, new Stream(name)));
        Stream broadcast = stream("broadcast");
        broadcast.listening = true;
        fixture.lose("broadcast", broadcast.position());
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(random));
        }
        for (int step = 0; step < STEPS; step++) {
            step(random);
        }
        settle(random);
        assertEverybodyIsWhereTheStreamsAre();
        assertThat(recoveries).isGreaterThan(200);
        assertThat(failures).isPositive();
        assertThat(resets).isPositive();
        clients.forEach(client -> transport(client.connection).close());
        fixture.loop.settle();
        assertThat(fixture.instance.subscribers.channels()).isEqualTo(1);
        assertThat(fixture.instance.subscribers.subscriptions()).isZero();
        assertThat(fixture.unreleased()).isZero();
    }

    private void step(SplittableRandom random) {
        Client client = clients.get(random.nextInt(CLIENTS));
        Stream stream = stream(CHANNELS.get(random.nextInt(CHANNELS.size())));
        int dice = random.nextInt(1_000);
        if (dice < 150) {
            publish(stream, random);
        } else if (dice < 480) {
            act(client, random);
        } else if (dice < 550) {
            client.listen();
            client.connect(random);
        } else if (dice < 552) {
            lose(stream);
        } else if (dice < 553) {
            fixture.instance.told(new ConfirmationsVoid());
        } else if (dice < 600) {
            fixture.instance.resets.tick();
        } else if (dice < 720) {
            fixture.loop.turn();
        } else {
            answer(random);
        }
    }

    private void act(Client client, SplittableRandom random) {
        client.listen();
        String channel = random.nextInt(4) == 0 ? "room:small" : "room:large";
        if (!client.connected) {
            return;
        }
        if (!client.subscribed.contains(channel)) {
            client.subscribe(channel, random.nextInt(4) == 0);
        } else if (random.nextInt(4) == 0) {
            int id = 20 + CHANNELS.indexOf(channel);
            fixture.instance.commands.accept(client.connection, new Command.Unsubscribe(id, channel));
        }
    }

    private Stream stream(String channel) {
        return Objects.requireNonNull(streams.get(channel));
    }

    private void publish(Stream stream, SplittableRandom random) {
        int burst = random.nextInt(10) == 0 ? 20 : 1;
        for (int i = 0; i < burst; i++) {
            stream.top++;
            stream.kept.add(stream.top);
            if (stream.kept.size() > KEPT) {
                stream.kept.remove();
            }
            if (stream.listening) {
                byte[] push = stream.push(stream.top).getBytes(UTF_8);
                fixture.instance.told(new Delivery(stream.channel, new Envelopes(push), stream.top));
            }
        }
    }

    private void lose(Stream stream) {
        stream.epoch++;
        stream.kept.clear();
        if (stream.listening) {
            fixture.instance.told(new PositionLost(stream.channel, stream.position()));
        }
    }

    /** The router takes the next question, in the order in which they were asked. */
    private void answer(SplittableRandom random) {
        toAnswer.addAll(fixture.toRouter());
        RouterRecord record = toAnswer.poll();
        if (record instanceof Interest interest) {
            Stream stream = streams.get(interest.channel().name());
            Position position = stream == null ? new Position("e", 0) : stream.position();
            if (stream != null) {
                stream.listening = true;
            }
            fixture.instance.told(new InterestConfirmed(interest.channel(), interest.ask(), position));
        } else if (record instanceof InterestEnded ended
                && streams.containsKey(ended.channel().name())) {
            streams.get(ended.channel().name()).listening = false;
        } else if (record instanceof Recover recover) {
            answer(recover, random);
        }
    }

    private void answer(Recover recover, SplittableRandom random) {
        Stream stream = stream(recover.channel().name());
        if (random.nextInt(20) == 0) {
            fixture.instance.told(new RecoveryRefused(recover.channel(), recover.ask()));
            return;
        }
        Since since = recover.since();
        boolean recovered = since.isOf(stream.position().epoch())
                && since.offset() <= stream.top
                && stream.top - since.offset() <= stream.kept.size();
        List<Envelopes> missed = stream.kept.stream()
                .filter(offset -> recovered && offset > since.offset())
                .map(offset -> new Envelopes(('"' + stream.push(offset) + '"').getBytes(UTF_8)))
                .toList();
        fixture.instance.told(new Recovered(recover.channel(), recover.ask(), stream.position(), recovered, missed));
    }

    private void settle(SplittableRandom random) {
        for (int i = 0; i < 2_000; i++) {
            answer(random);
            fixture.instance.resets.tick();
            fixture.loop.settle();
        }
        clients.forEach(Client::listen);
    }

    private void assertEverybodyIsWhereTheStreamsAre() {
        int compared = 0;
        for (Client client : clients) {
            for (String channel : client.subscribed) {
                if (client.connection.isOpen()) {
                    assertThat(client.seen.get(channel))
                            .isEqualTo(stream(channel).position());
                    assertThat(client.connection.isSubscribed(kept(channel))).isTrue();
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(CLIENTS);
    }
}
