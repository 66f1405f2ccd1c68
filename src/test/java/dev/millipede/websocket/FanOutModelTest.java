package dev.millipede.websocket;

import static dev.millipede.websocket.InstanceFixture.channel;
import static dev.millipede.websocket.InstanceFixture.transport;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.ChannelBehind;
import dev.millipede.bus.RouterRecord.ChannelCaughtUp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random joins, leaves, closes and publications between the turns of the loop, against a model: a member gets what came
 * while it was one, in order and once, and nothing after it left.
 */
class FanOutModelTest {
    private static final List<String> CHANNELS =
            List.of("broadcast", "room:tiny", "room:small", "room:middle", "room:large", "room:busy");
    private static final int CONNECTIONS = 250;
    private static final int STEPS = 1_500;

    private final InstanceFixture fixture = new InstanceFixture();
    private final List<Client> clients = new ArrayList<>();
    private final Map<String, Long> delivered = new HashMap<>();
    private long bytes;
    private int number;

    /** What a client should have got, by channel, for as long as it is a member. */
    private static final class Client {
        final Connection connection;
        final Map<String, List<String>> expected = new HashMap<>();
        /** By channel, what had come when the client left. */
        final Map<String, List<String>> left = new HashMap<>();

        Client(Connection connection) {
            this.connection = connection;
        }

        List<String> got(String name) {
            return transport(connection).texts.stream()
                    .filter(text -> text.startsWith(name + "#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whoStaysGetsEachPublicationOnceAndInOrderAndWhoLeftNothing(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(open(random));
        }
        for (int step = 0; step < STEPS; step++) {
            step(random);
        }
        clients.forEach(this::check);
        fixture.loop.settle();
        clients.forEach(this::check);
        clients.forEach(this::checkComplete);
        checkIdle();
    }

    private Client open(SplittableRandom random) {
        Connection connection = fixture.connection();
        transport(connection).writeNanos = random.nextInt(50_000, 300_000);
        return new Client(connection);
    }

    private void step(SplittableRandom random) {
        Client client = clients.get(random.nextInt(CONNECTIONS));
        int index = Math.min(random.nextInt(CHANNELS.size()), random.nextInt(CHANNELS.size() + 2));
        String name = CHANNELS.get(CHANNELS.size() - 1 - Math.min(index, CHANNELS.size() - 1));
        int dice = random.nextInt(100);
        if (dice < 45) {
            joinOrLeave(random, client, name);
        } else if (dice < 80) {
            publish(random, name);
        } else if (dice < 81) {
            int at = clients.indexOf(client);
            if (random.nextBoolean()) {
                transport(client.connection).close();
            } else {
                transport(client.connection).full = true;
                return;
            }
            check(client);
            clients.set(at, open(random));
        } else {
            fixture.loop.turn();
        }
        assertThat(fixture.loop.longest).isLessThan(20_000_000L);
    }

    private void joinOrLeave(SplittableRandom random, Client client, String name) {
        Connection connection = client.connection;
        if (!connection.isOpen()) {
            return;
        }
        if (!connection.isSubscribed(channel(name))) {
            boolean tiny = name.equals("room:tiny") && fixture.instance.subscribers.get(channel(name)) != null;
            if (connection.channels() < 4 && !tiny) {
                client.left.remove(name);
                client.expected.put(name, new ArrayList<>(client.got(name)));
                fixture.join(connection, name);
            }
        } else if (random.nextInt(3) == 0) {
            if (name.equals("broadcast")) {
                fixture.instance.subscribers.leaveBroadcast(connection);
            } else {
                fixture.leave(connection, name);
            }
            client.left.put(name, client.got(name));
        }
    }

    private void publish(SplittableRandom random, String name) {
        String push = name + "#" + ++number;
        if (random.nextInt(40) == 0) {
            push += "x".repeat(random.nextInt(60_000));
        }
        for (Client client : clients) {
            List<String> expected = client.expected.get(name);
            if (expected != null && !client.left.containsKey(name) && client.connection.isOpen()) {
                expected.add(push);
            }
        }
        bytes += push.length();
        delivered.merge(name, 1L, Long::sum);
        fixture.deliver(name, push);
    }

    private void check(Client client) {
        client.expected.forEach((name, expected) -> {
            List<String> got = client.got(name);
            List<String> left = client.left.get(name);
            assertThat(got.equals(expected.subList(0, Math.min(got.size(), expected.size()))))
                    .as("%s is a prefix of what came", name)
                    .isTrue();
            if (left != null) {
                assertThat(got).hasSameSizeAs(left);
            }
        });
    }

    private void checkComplete(Client client) {
        if (client.connection.isOpen()) {
            client.expected.forEach((name, expected) -> {
                if (!client.left.containsKey(name)) {
                    assertThat(client.got(name)).hasSameSizeAs(expected);
                }
            });
        } else {
            assertThat(transport(client.connection).closeCodes).hasSizeLessThan(2);
        }
    }

    private void checkIdle() {
        assertThat(delivered).hasSize(CHANNELS.size());
        assertThat(fixture.givenBack).isEqualTo(bytes);
        for (String name : CHANNELS) {
            LocalChannel local = fixture.instance.subscribers.get(channel(name));
            List<Connection> members = clients.stream()
                    .map(client -> client.connection)
                    .filter(connection -> connection.isOpen() && connection.isSubscribed(channel(name)))
                    .toList();
            if (local == null) {
                assertThat(members).isEmpty();
                continue;
            }
            assertThat(local.queue).isNull();
            assertThat(local.size).isEqualTo(local.liveMembers());
            assertThat(Stream.of(local.members).limit(local.size)).containsExactlyInAnyOrderElementsOf(members);
        }
        checkBehind();
        clients.forEach(client -> transport(client.connection).close());
        fixture.loop.settle();
        assertThat(fixture.instance.connections()).isZero();
        assertThat(fixture.instance.subscribers.channels()).isEqualTo(1);
        assertThat(fixture.instance.subscribers.subscriptions()).isZero();
        assertThat(fixture.unreleased()).isZero();
    }

    /** Whoever was said to be behind was said to have caught up, unless the channel vanished. */
    private void checkBehind() {
        Map<String, Boolean> behind = new HashMap<>();
        for (RouterRecord record : fixture.told) {
            if (record instanceof ChannelBehind said) {
                behind.put(said.channel().name(), true);
            } else if (record instanceof ChannelCaughtUp said) {
                behind.remove(said.channel().name());
            } else if (record instanceof RouterRecord.InterestEnded said) {
                behind.remove(said.channel().name());
            }
        }
        assertThat(behind).isEmpty();
    }
}
