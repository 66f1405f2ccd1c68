package dev.millipede.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.bus.Envelopes;
import dev.millipede.bus.InstanceRecord;
import dev.millipede.bus.InstanceRecord.Delivery;
import dev.millipede.bus.InstanceRecord.InterestConfirmed;
import dev.millipede.bus.InstanceRecord.PositionLost;
import dev.millipede.bus.InstanceRecord.Recovered;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Channel;
import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.channel.PublishRule;
import dev.millipede.channel.RecoveryMode;
import dev.millipede.channel.Since;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.recovery.RecoveryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One channel that keeps history, between a broker that answers by hand and instances that remember what they are told, as
 * short words: {@code 7} a delivery, {@code confirmed 7}, {@code lost f:3}, {@code recovered 7 [5, 6, 7]}.
 */
class StreamFixture {
    static final int MOST = 10;

    private static final Pattern OFFSET = Pattern.compile("\"offset\":(\\d+)");

    /** Room for some forty publications. */
    static final int HELD = 16 << 10;

    static final int BUDGET = 1 << 20;

    static final Namespaces NAMESPACES =
            new Namespaces(List.of(namespace("log", RecoveryMode.STREAM), namespace("state", RecoveryMode.CACHE)));

    final HandFedBroker broker = new HandFedBroker();
    final RoutingTable table = new RoutingTable();
    final Map<Integer, List<String>> told = new LinkedHashMap<>();
    final List<Envelopes> bodies = new ArrayList<>();
    final DeliveryBudget budget = new DeliveryBudget(4, BUDGET);
    final Streams streams = UpstreamFixture.streams(
            broker, () -> this.now, this::send, new RecoveryConfig(MOST, HELD, Duration.ZERO), budget);
    final UpstreamSubscriptions upstream = new UpstreamSubscriptions(broker, table, streams, this::send);
    Channel channel = channel("log:a");
    long now = 1_000;

    private static Namespace namespace(String name, RecoveryMode mode) {
        HistoryRules rules =
                new HistoryRules(100, Duration.ofMinutes(1), Duration.ofHours(1), PublishRule.SUBSCRIBER, mode);
        return new Namespace(name, SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false, rules);
    }

    static Channel channel(String name) {
        return Objects.requireNonNull(Channel.of(name, NAMESPACES));
    }

    private void send(InstanceRecord record, int instance) {
        told.computeIfAbsent(instance, ignored -> new ArrayList<>()).add(word(record));
    }

    private String word(InstanceRecord record) {
        if (record instanceof Delivery delivery) {
            return Long.toString(delivery.offset());
        } else if (record instanceof InterestConfirmed confirmed) {
            return "confirmed " + word(confirmed.position());
        } else if (record instanceof PositionLost lost) {
            return "lost " + word(lost.position());
        } else if (record instanceof Recovered recovered) {
            bodies.addAll(recovered.publications());
            String what = recovered.recovered() ? "recovered " : "not recovered ";
            List<Long> offsets =
                    recovered.publications().stream().map(StreamFixture::offset).toList();
            return what + word(recovered.position()) + " " + offsets;
        } else if (record instanceof RecoveryRefused) {
            return "refused";
        }
        return record.getClass().getSimpleName();
    }

    /** The offset in an encoded body. */
    static long offset(Envelopes body) {
        Matcher offset = OFFSET.matcher(new String(body.json(), UTF_8));
        return offset.find() ? Long.parseLong(offset.group(1)) : 0;
    }

    private static String word(@Nullable Position position) {
        return position == null ? "nowhere" : position.epoch() + ":" + position.offset();
    }

    static Position at(String epoch, long offset) {
        return new Position(epoch, offset, (epoch + offset).hashCode());
    }

    /** A publication of epoch {@code e}. */
    Publication publication(long offset) {
        return publication("e", offset);
    }

    Publication publication(String epoch, long offset) {
        return publication(at(epoch, offset));
    }

    Publication publication(Position position) {
        Payload data = Payload.ofValidated(("\"" + position.epoch() + position.mark() + "\"").getBytes(UTF_8));
        return new Publication(channel, data, null, position, Map.of());
    }

    /** A range of publications of epoch {@code e}. */
    Publication[] publications(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(this::publication).toArray(Publication[]::new);
    }

    Stream stream() {
        return Objects.requireNonNull(Objects.requireNonNull(table.get(channel)).stream);
    }

    /** Publications come over the listening connection. */
    void live(Publication... publications) {
        for (Publication publication : publications) {
            stream().live(publication, Objects.requireNonNull(publication.position()));
        }
    }

    void live(long... offsets) {
        for (long offset : offsets) {
            live(publication(offset));
        }
    }

    /** These instances listen from an offset of epoch {@code e} on, and have been told nothing since. */
    void listening(long offset, int... instances) {
        for (int instance : instances) {
            upstream.want(channel, instance, 1);
        }
        broker.confirm();
        broker.answer(at("e", offset));
        told.clear();
    }

    /** The connection breaks and another one is made; nothing is subscribed to yet. */
    void reconnect() {
        upstream.lost();
        broker.refuseAll();
        upstream.restore();
        told.clear();
    }

    void recover(int instance, int ask, String epoch, long offset) {
        stream().recover(new Recover(instance, channel, ask, new Since(epoch, offset)));
    }

    /** What an instance has been told since this was last asked. */
    List<String> told(int instance) {
        List<String> all = told.remove(instance);
        return all == null ? List.of() : all;
    }

    void later(long millis) {
        now += millis;
        streams.tick();
    }
}
