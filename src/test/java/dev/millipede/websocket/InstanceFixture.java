package dev.millipede.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.auth.AuthConfig;
import dev.millipede.auth.Authenticator;
import dev.millipede.auth.Permissions;
import dev.millipede.auth.TokenMint;
import dev.millipede.auth.TokenVerifier;
import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.BudgetReturned;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Namespaces;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.support.FakeBroker;
import dev.millipede.websocket.Connection.State;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** One instance on a fake loop, between fake sockets and a router that answers when told. */
final class InstanceFixture {
    static final String SECRET = "0123456789abcdef0123456789abcdef";
    static final InstantSource WALL_CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));

    final FakeLoop loop = new FakeLoop();
    final Metrics metrics = new Metrics(List.of("user", "room", "broadcast"), 1);
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final FakeBroker broker = new FakeBroker();
    final CountedSlots slots = new CountedSlots();

    /** What the instance told the router and nobody has taken yet. */
    final List<RouterRecord> told = new ArrayList<>();

    /** Whether the router confirms each interest at once. */
    boolean confirms = true;

    /** Bytes of the delivery budget given back. */
    long givenBack;

    final Instance instance;

    InstanceFixture() {
        this(Namespaces.DEFAULTS, false, FanOut.SLICE_NANOS);
    }

    InstanceFixture(Namespaces namespaces, boolean insecure, long sliceNanos) {
        AuthConfig auth = new AuthConfig(true, SECRET, insecure);
        Rules rules = new Rules(
                namespaces,
                new Authenticator(auth, new TokenVerifier(SECRET, WALL_CLOCK)),
                new Permissions(insecure),
                WALL_CLOCK,
                "test",
                4);
        Shared shared = new Shared(
                WebSocketConfig.DEFAULTS,
                RecoveryConfig.DEFAULTS,
                rules,
                new JsonProtocol(),
                broker,
                slots,
                sliceNanos);
        instance = open(shared);
        instance.subscribers.start();
    }

    @SuppressWarnings("NullAway") // only ChannelTransport asks for the context
    private Instance open(Shared shared) {
        return new Instance(
                0,
                null,
                new Loop(loop, loop, allocator, metrics),
                new RouterLink(0, 0, this::heard),
                shared,
                new SplittableRandom(7));
    }

    private void heard(RouterRecord record) {
        if (record instanceof BudgetReturned returned) {
            givenBack += returned.bytes();
            return;
        }
        told.add(record);
        if (confirms && record instanceof Interest interest) {
            confirm(interest);
        }
    }

    void confirm(Interest interest) {
        instance.told(new InterestConfirmed(interest.channel(), interest.ask()));
    }

    void refuse(Interest interest) {
        instance.told(new InterestRefused(interest.channel(), interest.ask()));
    }

    /** What the instance has told the router since the last call, returned budget left out. */
    List<RouterRecord> toRouter() {
        List<RouterRecord> taken = List.copyOf(told);
        told.clear();
        return taken;
    }

    /** The one question to the router about a channel since {@link #toRouter} was last called. */
    Interest asked(String channel) {
        List<Interest> asked = told.stream()
                .filter(Interest.class::isInstance)
                .map(Interest.class::cast)
                .filter(interest -> interest.channel().name().equals(channel))
                .toList();
        assert asked.size() == 1 : asked;
        return asked.get(0);
    }

    static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, Namespaces.DEFAULTS));
    }

    static FakeTransport transport(Connection connection) {
        return (FakeTransport) connection.transport;
    }

    static String token(String user, long ttl) {
        return new TokenMint(SECRET, WALL_CLOCK).mint(user, ttl, null);
    }

    /** A connection before its connect command. */
    Connection accept() {
        Connection connection = instance.accept(Connection::new);
        new FakeTransport(connection, loop);
        return connection;
    }

    /** A connection that has no channels, not even automatic ones. */
    Connection connection() {
        Connection connection = accept();
        connection.state = State.CONNECTED;
        return connection;
    }

    void join(Connection connection, String channel) {
        instance.subscribers.join(connection, channel(channel), 1, null, false);
    }

    void leave(Connection connection, String channel) {
        instance.subscribers.leave(connection, connection.find(channel(channel)));
    }

    /** New members of a channel; the replies to their subscribe commands are forgotten. */
    List<Connection> members(String channel, int count) {
        List<Connection> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Connection connection = connection();
            join(connection, channel);
            members.add(connection);
        }
        loop.settle();
        loop.longest = 0;
        members.forEach(InstanceFixture::forget);
        return members;
    }

    static void forget(Connection connection) {
        FakeTransport transport = transport(connection);
        transport.texts.clear();
        transport.writes = 0;
        transport.flushes = 0;
        transport.bytes = 0;
    }

    LocalChannel local(String channel) {
        return Objects.requireNonNull(instance.subscribers.get(channel(channel)));
    }

    /** A publication's push as the router sends it; the payload stands for the whole push. */
    void deliver(String channel, String push) {
        deliver(channel(channel), push.getBytes(UTF_8));
    }

    void deliver(Channel channel, byte[] push) {
        instance.told(new Delivery(channel, new Envelopes(push)));
    }

    /** The value of a counter as scraped, for example {@code millipede_deliveries_total}. */
    double metric(String name) {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Bytes of buffers that nobody has released. */
    long unreleased() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }
}
