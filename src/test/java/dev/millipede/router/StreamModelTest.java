package dev.millipede.router;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.InterestRefused;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.Since;
import dev.millipede.recovery.RecoveryConfig;
import dev.millipede.router.RoutingTable.Route;
import dev.millipede.router.StreamServer.Made;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random publications, losses, late reads, rewinds, restarts, spent budgets and people who come back, against a model: what
 * an instance gets follows one after the other as it was published, or it is told that its position is lost; who comes back
 * gets exactly what came after what they claim to have seen, whenever that can be had.
 */
class StreamModelTest {
    private static final int STEPS = 1_500;
    private static final int INSTANCES = 3;
    private static final int MOST = 12;
    private static final int BUDGET = 2_000;
    private static final Pattern DATA = Pattern.compile("\"data\":(\\d+)");

    private final List<Member> members = new ArrayList<>();
    private final List<Member> past = new ArrayList<>();
    private final List<Coming> coming = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Map<Integer, Integer> asks = new HashMap<>();
    private final long[] outstanding = new long[INSTANCES];
    private final boolean[] behind = new boolean[INSTANCES];
    private final boolean[] in = new boolean[INSTANCES];
    private final RoutingTable table = new RoutingTable();
    private final DeliveryBudget budget = new DeliveryBudget(INSTANCES, BUDGET);
    private long now = 10_000;
    private long crashed;

    /** Whether the server has lost something while the connection has stood. */
    private boolean rewound;

    private int numbers;

    /** Somebody who listens: what they have seen last, and whether that came after what they had seen before. */
    private record Member(int instance, Position at, int last, boolean astray) {}

    /** Somebody who comes back, having seen a publication; 0 = none. */
    private record Coming(int instance, int ask, Since since, int last, boolean honest, long asked) {}

    private static LongStream seeds() {
        return LongStream.concat(
                LongStream.rangeClosed(1, Integer.getInteger("millipede.seeds", 150)),
                new SecureRandom().longs().limit(50));
    }

    /** One run; its own object, as the parts know each other. */
    private final class Run {
        final SplittableRandom random;
        final Channel channel;
        final boolean cache;
        final StreamServer server;
        final Streams streams;
        final UpstreamSubscriptions upstream;

        Run(long seed) {
            random = new SplittableRandom(seed);
            cache = random.nextInt(4) == 0;
            channel = StreamFixture.channel(cache ? "state:a" : "log:a");
            server = new StreamServer(channel, random.nextBoolean() ? 40 : 8, random.split(), this::heard);
            streams = UpstreamFixture.streams(
                    server, () -> now, this::told, new RecoveryConfig(MOST, 2_000, Duration.ZERO), budget);
            upstream = new UpstreamSubscriptions(server, table, streams, this::told);
        }

        void heard(Publication publication) {
            Route route = table.get(channel);
            if (route == null) {
                return;
            }
            Position position = publication.position();
            if (position == null) {
                streams.deliveries.relay(route, publication);
            } else {
                Objects.requireNonNull(route.stream).live(publication, position);
            }
        }

        @Nullable
        Stream stream() {
            Route route = table.get(channel);
            return route == null ? null : route.stream;
        }

        void step() {
            int dice = random.nextInt(1_000);
            int instance = random.nextInt(INSTANCES);
            if (dice < 260) {
                Stream stream = stream();
                server.grow(stream != null && random.nextInt(4) == 0 ? stream.positionOrNull() : null);
            } else if (dice < 520) {
                server.arrive(false);
            } else if (dice < 660) {
                server.carryOut(random.nextInt(3) > 0);
            } else if (dice < 770) {
                server.arrive(true);
            } else if (dice < 830) {
                now += random.nextInt(200);
                streams.tick();
                upstream.sweep(now);
            } else if (dice < 870) {
                come(instance);
            } else if (dice < 930) {
                giveBack(instance, random.nextLong(outstanding[instance] + 1));
            } else if (dice < 950) {
                join(instance);
            } else if (dice < 957) {
                leave(instance);
            } else if (dice < 965) {
                behind(instance, random.nextInt(3) == 0);
            } else if (dice < 972) {
                if (!rewound) {
                    server.drop();
                }
            } else if (dice < 976) {
                server.publishPlain();
            } else if (dice < 980) {
                server.save();
            } else if (dice < 983) {
                server.cutReading();
            } else if (!server.connected) {
                server.connected = true;
                upstream.restore();
            } else if (dice < 986) {
                lose();
            } else if (dice < 988) {
                crash();
            } else if (dice < 991) {
                rewindUnnoticed();
            }
        }

        /** The server is gone for a moment, and has lost what it had not saved, or everything, or nothing. */
        void crash() {
            crashed = now;
            int kind = random.nextInt(4);
            if (kind == 0) {
                server.forgetAll();
            } else if (kind < 3) {
                server.rewind();
            }
            lose();
            server.cutReading();
            // Others are there first.
            for (int i = random.nextInt(12); i > 0; i--) {
                server.grow(null);
            }
        }

        /** Another server takes over that has not got all, and the connections do not tell, for now. */
        void rewindUnnoticed() {
            if (!server.dropped) {
                crashed = now;
                rewound = true;
                server.rewind();
            }
        }

        void lose() {
            rewound = false;
            server.cutListening();
            upstream.lost();
        }

        void join(int instance) {
            in[instance] = true;
            asks.put(instance, ++numbers);
            upstream.want(channel, instance, numbers);
        }

        void leave(int instance) {
            in[instance] = false;
            behind[instance] = false;
            asks.remove(instance);
            members.removeIf(each -> each.instance() == instance);
            coming.removeIf(each -> each.instance() == instance);
            upstream.unwant(channel, instance, now);
        }

        void behind(int instance, boolean is) {
            Stream stream = stream();
            if (stream != null && is != behind[instance] && in[instance]) {
                behind[instance] = is;
                stream.behind(instance, is);
            }
        }

        void giveBack(int instance, long bytes) {
            outstanding[instance] -= bytes;
            budget.giveBack(instance, bytes);
            streams.catchingUp.goOn(instance);
        }

        /** Somebody who has listened once comes back, or somebody who makes things up. */
        void come(int instance) {
            Stream stream = stream();
            if (stream == null || members.stream().noneMatch(each -> each.instance() == instance)) {
                return;
            }
            Since since = new Since(random.nextBoolean() ? "e1" : "", random.nextInt(200));
            int last = 0;
            boolean honest = !past.isEmpty() && random.nextInt(8) > 0;
            if (honest) {
                int back = random.nextInt(random.nextInt(8) == 0 ? past.size() : Math.min(60, past.size()));
                Member one = past.get(past.size() - 1 - back);
                since = new Since(one.at().epoch(), one.at().offset());
                last = one.last();
                honest = !one.astray();
            }
            Coming one = new Coming(instance, ++numbers, since, last, honest, now);
            coming.add(one);
            stream.recover(new Recover(instance, channel, one.ask(), since));
        }

        void told(InstanceRecord record, int instance) {
            if (record instanceof Delivery delivery) {
                outstanding[instance] += delivery.envelopes().length();
                if (delivery.offset() != 0) {
                    delivered(delivery, instance);
                }
            } else if (record instanceof InterestConfirmed confirmed) {
                confirmed(confirmed, instance);
            } else if (record instanceof InterestRefused refused) {
                require(asks.remove(instance, refused.ask()), "refused what was not asked");
            } else if (record instanceof PositionLost lost) {
                require(members.stream().anyMatch(each -> each.instance() == instance), "lost without a position");
                members.removeIf(each -> each.instance() == instance);
                enter(new Member(instance, lost.position(), server.lastAt(lost.position()), false));
            } else if (record instanceof Recovered recovered) {
                recovered(recovered, instance);
            } else if (record instanceof RecoveryRefused refused) {
                came(instance, refused.ask());
            }
        }

        void confirmed(InterestConfirmed confirmed, int instance) {
            require(asks.remove(instance, confirmed.ask()), "confirmed what was not asked");
            Position position = Objects.requireNonNull(confirmed.position());
            List<Member> there =
                    members.stream().filter(each -> each.instance() == instance).toList();
            for (Member each : there) {
                require(
                        each.at().epoch().equals(position.epoch()) && each.at().offset() == position.offset(),
                        each + " and one who joins at " + position);
            }
            if (there.isEmpty()) {
                enter(new Member(instance, position, server.lastAt(position), false));
            }
        }

        void delivered(Delivery delivery, int instance) {
            int number = number(delivery.envelopes());
            Made made = Objects.requireNonNull(server.made.get(number));
            List<Member> there =
                    members.stream().filter(each -> each.instance() == instance).toList();
            require(!there.isEmpty(), "a delivery without a position");
            members.removeAll(there);
            for (Member each : there) {
                require(delivery.offset() == each.at().offset() + 1, each + " gets " + delivery.offset());
                require(delivery.offset() == made.position().offset(), "not the offset it was given");
                Position position = new Position(each.at().epoch(), delivery.offset());
                enter(new Member(instance, position, number, each.astray() || made.before() != each.last()));
            }
        }

        void enter(Member member) {
            members.add(member);
            past.add(member);
        }

        Coming came(int instance, int ask) {
            Coming one = coming.stream()
                    .filter(each -> each.instance() == instance && each.ask() == ask)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nobody has asked that"));
            coming.remove(one);
            return one;
        }

        void recovered(Recovered answer, int instance) {
            Coming one = came(instance, answer.ask());
            List<Integer> given =
                    answer.publications().stream().map(this::number).toList();
            Member there = members.stream()
                    .filter(each -> each.instance() == instance)
                    .findFirst()
                    .orElseThrow();
            require(
                    there.at().offset() == answer.position().offset()
                            && there.at().epoch().equals(answer.position().epoch()),
                    one + " is told another position than " + there);
            if (!answer.recovered()) {
                require(given.isEmpty(), "not recovered, with publications");
                require(!couldBe(one, answer.position()), one + " could have been recovered: " + answer.position());
                return;
            }
            require(one.since().isOf(answer.position().epoch()) || cache, one + " is of another epoch");
            long missed = answer.position().offset() - one.since().offset();
            if (cache) {
                require(missed == 0 ? given.size() <= 1 : given.size() == 1, one + " is given " + given);
            } else {
                require(given.size() == missed && missed <= MOST, one + " is given " + given);
            }
            boolean astray = false;
            int last = one.last();
            for (int number : given) {
                Made made = Objects.requireNonNull(server.made.get(number));
                astray |= !cache && made.before() != last && (one.honest() || last != one.last());
                last = number;
            }
            if (!given.isEmpty()) {
                Made made = Objects.requireNonNull(server.made.get(last));
                require(made.position().offset() == answer.position().offset(), one + " ends before " + answer);
            }
            if (one.honest()) {
                members.add(new Member(instance, answer.position(), last, astray));
            }
        }

        /** Whether it is certain that everything they missed could have been had. */
        boolean couldBe(Coming one, Position standing) {
            if (now - crashed < 1_500) {
                // What could not be had any more may be there again.
                return false;
            }
            Position top = server.top();
            long offset = one.since().offset();
            return one.honest()
                    && !cache
                    && one.since().epoch().equals(top.epoch())
                    && standing.epoch().equals(top.epoch())
                    && offset <= standing.offset()
                    && standing.offset() - offset <= MOST
                    && server.keeps(offset)
                    && server.descendsFrom(one.last());
        }

        int number(Envelopes envelopes) {
            Matcher data = DATA.matcher(new String(envelopes.json(), UTF_8));
            require(data.find(), "no number");
            return Integer.parseInt(data.group(1));
        }

        void check() {
            assertThat(broken).isEmpty();
            for (Coming one : coming) {
                assertThat(now - one.asked()).as("%s waits", one).isLessThan(3_500);
            }
        }

        void settle() {
            if (rewound) {
                lose();
            }
            if (!server.connected) {
                server.connected = true;
                upstream.restore();
            }
            for (int instance = 0; instance < INSTANCES; instance++) {
                behind(instance, false);
                if (in[instance]) {
                    join(instance);
                }
            }
            if (!server.dropped) {
                quieten();
                checkAllAreAtTheTop();
            }
            server.grow(null);
            quieten();
            assertThat(coming).isEmpty();
            checkAllAreAtTheTop();
            for (int instance = 0; instance < INSTANCES; instance++) {
                int number = instance;
                assertThat(members.stream().anyMatch(each -> each.instance() == number))
                        .as("instance %d listens", instance)
                        .isEqualTo(in[instance]);
                leave(instance);
            }
            upstream.sweep(now + UpstreamSubscriptions.LINGER_MILLIS);
            now += 100;
            streams.tick();
            assertThat(Remains.of(streams)).isEmpty();
            assertThat(Remains.of(streams.catchingUp)).isEmpty();
            assertThat(Remains.of(streams.shelf)).isEmpty();
            assertThat(streams.shelf.bytes()).isZero();
            assertThat(Remains.of(upstream)).isEmpty();
            assertThat(Remains.of(table)).isEmpty();
        }

        /** Everything arrives, all is given back, and enough time passes for whatever waits. */
        void quieten() {
            for (int i = 0; i < 60; i++) {
                server.everythingArrives();
                for (int instance = 0; instance < INSTANCES; instance++) {
                    giveBack(instance, outstanding[instance]);
                }
                now += 100;
                streams.tick();
                upstream.sweep(now);
            }
            check();
        }

        void checkAllAreAtTheTop() {
            Position top = server.top();
            for (Member each : members) {
                assertThat(each.astray()).as("%s has been told", each).isFalse();
                assertThat(each.at().epoch()).as("%s at %s", each, top).isEqualTo(top.epoch());
                assertThat(each.at().offset()).as("%s at %s", each, top).isEqualTo(top.offset());
            }
        }
    }

    /** Noted, as nothing that is thrown inside a callback gets far. */
    private void require(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(otherwise);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatFollowsIsGivenInOrderOrThePositionIsLost(long seed) {
        Run run = new Run(seed);
        int step = 0;
        try {
            run.server.connected = true;
            while (step++ < STEPS) {
                run.step();
                run.check();
            }
            run.settle();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + "L, step " + step + ": " + e.getMessage(), e);
        }
    }
}
