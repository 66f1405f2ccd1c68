package dev.millipede.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;

/**
 * The event bus as this node's parts use it: records by reference, to consumers of this JVM only. Messages from one sender
 * to one address arrive in order. Safe on any thread.
 */
public final class LocalBus {
    /** The router's address. */
    public static final String ROUTER = "router";

    /** The address of what knows the nodes. */
    public static final String NODES = "nodes";

    private static final String CODEC = "by-reference";
    private static final DeliveryOptions LOCAL =
            new DeliveryOptions().setLocalOnly(true).setCodecName(CODEC);

    private final EventBus bus;
    private final Runnable foreign;

    private LocalBus(EventBus bus, Runnable foreign) {
        this.bus = bus;
        this.foreign = foreign;
    }

    /** Registers the codec and opens the bus; once per Vertx. */
    public static LocalBus open(Vertx vertx) {
        return open(vertx, () -> {});
    }

    /**
     * Registers the codec and opens the bus; once per Vertx.
     *
     * @param foreign told of each message that is no record: it came from another node, or from a stranger on the cluster's
     *     port, and was dropped. Called on the consumer's context
     */
    public static LocalBus open(Vertx vertx, Runnable foreign) {
        vertx.eventBus().registerCodec(new ByReference());
        return new LocalBus(vertx.eventBus(), foreign);
    }

    /** The address of instance {@code number}. */
    public static String instance(int number) {
        return "websocket." + number;
    }

    /** Sends and forgets; lost when nobody listens. */
    public void send(String address, BusRecord record) {
        bus.send(address, record, LOCAL);
    }

    /** Sends and waits for one answer, which fails after the timeout. */
    public <T extends BusRecord> Future<T> ask(String address, BusRecord record, Duration timeout) {
        DeliveryOptions options = new DeliveryOptions(LOCAL).setSendTimeout(timeout.toMillis());
        return bus.<T>request(address, record, options).map(Message::body);
    }

    /** Registers a consumer; its handler runs on the caller's context and gets records only. */
    public <T extends BusRecord> MessageConsumer<T> consume(String address, Handler<Message<T>> handler) {
        return bus.localConsumer(address, message -> {
            if (isRecord(message)) {
                handler.handle(message);
            } else {
                foreign.run();
            }
        });
    }

    /** What comes over a wire is decoded when it is asked for, by a codec of the sender's choice, ours included. */
    private static boolean isRecord(Message<?> message) {
        try {
            return message.body() instanceof BusRecord;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Answers a record that was sent by {@link #ask}. */
    public static void reply(Message<? extends BusRecord> message, BusRecord answer) {
        message.reply(answer, LOCAL);
    }

    /** Hands the record itself over; records never leave the JVM. */
    private static final class ByReference implements MessageCodec<BusRecord, BusRecord> {
        @Override
        public BusRecord transform(BusRecord record) {
            return record;
        }

        @Override
        public void encodeToWire(Buffer buffer, BusRecord record) {
            throw new IllegalStateException("records do not leave the node");
        }

        @Override
        public BusRecord decodeFromWire(int position, Buffer buffer) {
            throw new IllegalStateException("records do not leave the node");
        }

        @Override
        public String name() {
            return CODEC;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
