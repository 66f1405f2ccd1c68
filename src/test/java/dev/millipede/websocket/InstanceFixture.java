package dev.millipede.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.auth.Authenticators;
import dev.millipede.auth.Permissions;
import dev.millipede.auth.TokenJudge;
import dev.millipede.auth.TokenMint;
import dev.millipede.backplane.UserCounts;
import dev.millipede.backplane.memory.MemoryBackplane;
import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.BudgetReturned;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Position;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.Since;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.metrics.Metrics;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.json.JsonProtocol;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.support.FakeBroker;
import dev.millipede.websocket.Connection.State;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One instance on a fake loop, between fake sockets and a router that answers when told. */
final class InstanceFixture {
    static final String SECRET = "0123456789abcdef0123456789abcdef";
    static final InstantSource WALL_CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));

    private static final HistoryRules HISTORY = new HistoryRules(
            10, Duration.ofMinutes(1), Duration.ofHours(1), PublishRule.SUBSCRIBER, RecoveryMode.STREAM);

    /** The defaults, but that all keep history, and {@code plain}, which keeps none. */
    static final Namespaces KEEPING = new Namespaces(List.of(
            new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true, HISTORY),
            new Namespace("room", SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false, HISTORY),
            new Namespace("broadcast", SubscribeRule.ANYONE, PublishRule.SERVER, true, HISTORY),
            new Namespace("plain", SubscribeRule.ANYONE, PublishRule.ANYONE, false)));

    final FakeLoop loop = new FakeLoop();
    final Metrics metrics;
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final FakeBroker broker = new FakeBroker();
    final CountedSlots slots = new CountedSlots();
    final MemoryBackplane backplane = new MemoryBackplane();

    /** What the instance told the router and nobody has taken yet. */
    final List<RouterRecord> told = new ArrayList<>();

    /** Where it is set, a user's connection is counted no sooner than this is complete. */
    @Nullable
    Promise<Void> countsWaitFor;

    /** Whether the router confirms each interest at once. */
    boolean confirms = true;

    /** Whether there is no memory for buffers. */
    boolean exhausted;

    /** What {@link #stand} says, by name. */
    final Map<String, Position> stands = new HashMap<>();

    /** Bytes of the delivery budget given back. */
    long givenBack;

    final Instance instance;

    InstanceFixture() {
        this(Namespaces.DEFAULTS, false, FanOut.SLICE_NANOS);
    }

    InstanceFixture(Namespaces namespaces, boolean insecure, long sliceNanos) {
        this(namespaces, insecure, sliceNanos, meters());
    }

    /** With meters that other fixtures have too, as they are dear to make. */
    InstanceFixture(Namespaces namespaces, boolean insecure, long sliceNanos, Metrics metrics) {
        this.metrics = metrics;
        Rules rules = new Rules(
                namespaces,
                Authenticators.of(SECRET, insecure, WALL_CLOCK, metrics),
                new Permissions(insecure),
                WALL_CLOCK,
                "test",
                Duration.ofSeconds(25),
                true,
                true);
        Limits limits = new Limits(4, 0, 0, 0, 0, 0, 0, Duration.ofSeconds(1), 0);
        Shared shared = new Shared(
                WebSocketConfig.DEFAULTS,
                RecoveryConfig.DEFAULTS,
                new Policy(rules, limits, List.of()),
                new JsonProtocol(),
                broker,
                late(backplane.userCounts()),
                backplane.revocations(),
                slots,
                (perSecond, burst) -> true,
                null,
                1,
                sliceNanos);
        instance = open(shared);
        instance.subscribers.start();
    }

    private UserCounts late(UserCounts counts) {
        return new UserCounts() {
            @Override
            public Future<Boolean> enter(String user, int limit) {
                return countsWaitFor == null
                        ? counts.enter(user, limit)
                        : countsWaitFor.future().compose(go -> counts.enter(user, limit));
            }

            @Override
            public void leave(String user) {
                counts.leave(user);
            }
        };
    }

    /** From now on tokens are judged by this one, and these limits and namespaces hold. */
    void apply(TokenJudge judge, Limits limits, Namespaces namespaces) {
        Rules now = instance.policy().rules();
        Rules rules = new Rules(
                namespaces, judge, now.permissions(), now.clock(), now.version(), now.expiryGrace(), true, true);
        instance.apply(new Policy(rules, limits, List.of()));
    }

    static Metrics meters() {
        return new Metrics(List.of("user", "room", "broadcast"), 1);
    }

    @SuppressWarnings("NullAway") // only ChannelTransport asks for the context
    private Instance open(Shared shared) {
        return new Instance(
                0,
                null,
                new Loop(loop, loop, memory(), metrics),
                new RouterLink(0, 0, this::heard),
                shared,
                new SplittableRandom(7));
    }

    /** The allocator, as long as there is memory. */
    private ByteBufAllocator memory() {
        return (ByteBufAllocator) Proxy.newProxyInstance(
                InstanceFixture.class.getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (self, method, size) -> {
                    if (exhausted) {
                        throw new OutOfMemoryError("as the test wants it");
                    }
                    return method.invoke(allocator, size);
                });
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
        Position stand = interest.channel().namespace().history().isKept()
                ? stand(interest.channel().name())
                : null;
        instance.told(new InterestConfirmed(interest.channel(), interest.ask(), stand));
    }

    /** Where the router says that a channel which keeps history stands; publications move it on. */
    Position stand(String channel) {
        return stands.computeIfAbsent(channel, name -> new Position("e", 0));
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

    /** A channel that keeps history. */
    static Channel kept(String name) {
        return Objects.requireNonNull(Channel.of(name, KEEPING));
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
        instance.subscribers.join(connection, channel(channel), 1, null, false, null);
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

    /** The next publication of a channel that keeps history, as the router sends it; returns its offset. */
    long publish(String channel, String push) {
        Position stand = stand(channel);
        long offset = stand.offset() + 1;
        stands.put(channel, new Position(stand.epoch(), offset));
        instance.told(new Delivery(kept(channel), new Envelopes(push.getBytes(UTF_8)), offset));
        return offset;
    }

    /** The one question what came since, about a channel, since {@link #toRouter} was last called. */
    Recover asksWhatItMissed(String channel) {
        List<Recover> asked = told.stream()
                .filter(Recover.class::isInstance)
                .map(Recover.class::cast)
                .filter(each -> each.channel().name().equals(channel))
                .toList();
        assert asked.size() == 1 : asked;
        return asked.get(0);
    }

    /** Answers with all that was missed, where the router says that the channel stands. */
    void recover(Recover asked, String... bodies) {
        List<Envelopes> publications = Stream.of(bodies)
                .map(body -> new Envelopes(body.getBytes(UTF_8)))
                .toList();
        instance.told(new Recovered(
                asked.channel(), asked.ask(), stand(asked.channel().name()), true, publications));
    }

    /** Answers that what was missed is not to be had. */
    void giveUp(Recover asked) {
        instance.told(new Recovered(
                asked.channel(), asked.ask(), stand(asked.channel().name()), false, List.of()));
    }

    /** What was published is lost, the channel stands elsewhere. */
    void lose(String channel, Position position) {
        stands.put(channel, position);
        instance.told(new PositionLost(kept(channel), position));
    }

    /** One that is connected as a user, having seen that of its automatic channels. */
    Connection connected(String user, Map<String, Since> subs) {
        Connection connection = accept();
        instance.commands.accept(connection, new Command.Connect(1, token(user, 0), subs));
        return connection;
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
