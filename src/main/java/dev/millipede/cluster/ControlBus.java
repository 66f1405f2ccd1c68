package dev.millipede.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one address at which all nodes hear each other: bytes out, bytes in, whoever they are from. At most one record is on
 * its way out; the next has to come after it, or is left out. Confined to the event loop of its {@link NodesVerticle}.
 */
final class ControlBus {
    private static final String ADDRESS = "millipede.control";

    /** After so long a record that was never written is given up on, and the next is tried. */
    private static final long STUCK_MILLIS = 10_000;

    private static final long GOODBYE_MILLIS = 500;

    private final EventBus bus;
    private final MessageProducer<Buffer> producer;
    private @Nullable MessageConsumer<?> consumer;
    private @Nullable Future<Void> underWay;
    private long underWaySince;

    ControlBus(EventBus bus) {
        this.bus = bus;
        this.producer = bus.publisher(ADDRESS);
    }

    /**
     * Hears from now on, this node included.
     *
     * @param bytes told what came
     * @param other told of what came and is no bytes: nobody of ours sent it
     */
    Future<Void> listen(Consumer<Buffer> bytes, Runnable other) {
        MessageConsumer<Object> registered = bus.consumer(ADDRESS, message -> {
            Buffer body = bytesOf(message);
            if (body == null) {
                other.run();
            } else {
                bytes.accept(body);
            }
        });
        consumer = registered;
        return registered.completion();
    }

    /** The body is decoded when it is asked for, by a codec of the sender's choice. */
    private static @Nullable Buffer bytesOf(Message<?> message) {
        try {
            return message.body() instanceof Buffer body ? body : null;
        } catch (RuntimeException e) {
            return null;
        }
    }

    /**
     * Sends to all nodes, unless what was sent before is still not written.
     *
     * @param now milliseconds of a clock that does not jump
     */
    void send(Buffer record, long now) {
        boolean free = underWay == null || underWay.isComplete();
        if (free || now - underWaySince >= STUCK_MILLIS) {
            underWay = producer.write(record);
            underWaySince = now;
        }
    }

    /**
     * Hears no more, and sends whatever else is under way; done when it is written, or soon after. That the cluster forgets
     * this node as a listener is not waited for.
     */
    Future<Void> last(Buffer record) {
        if (consumer != null) {
            consumer.unregister();
        }
        return producer.write(record)
                .timeout(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }
}
