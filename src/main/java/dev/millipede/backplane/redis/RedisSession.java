package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Skipped;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's two connections to Redis and what is known of their health. Confined to the event loop of the router, from the
 * moment it listens.
 */
final class RedisSession implements Subscriber.Events, Probe.Actions {
    private static final Logger log = LoggerFactory.getLogger(RedisSession.class);

    /** Between two questions to the sentinels who the master is. */
    private static final long MASTER_MILLIS = 3_000;

    private final ContextInternal context;
    private final Connector connector;
    private final Broker.Listener listener;
    private final Messages messages;
    private final Consumer<Boolean> ready;
    private final Publisher publisher;
    private final Subscriber subscriber;
    private final Probe probe;
    private final String probeChannel;
    private final byte[] probeChannelBytes;
    private final long probeTimer;
    private final long masterTimer;

    /** Counts connections that listen. */
    private int generation;

    private long connectedAt;
    private boolean hearsProbes;
    private boolean probesRefused;
    private boolean lookingUp;
    private boolean restored;
    private boolean stalled;
    private boolean closed;

    /** @param ready is told whenever it may have changed */
    RedisSession(
            ContextInternal context,
            Connector connector,
            Messages messages,
            Broker.Listener listener,
            Consumer<Boolean> ready) {
        RandomGenerator random = RandomGenerator.getDefault();
        this.context = context;
        this.connector = connector;
        this.messages = messages;
        this.listener = listener;
        this.ready = ready;
        this.publisher = new Publisher(context, connector, random);
        this.subscriber = new Subscriber(context, connector, this, random);
        this.probe = new Probe(millis(), this);
        this.probeChannel = messages.name("millipede:probe:" + UUID.randomUUID());
        this.probeChannelBytes = probeChannel.getBytes(ISO_8859_1);
        this.probeTimer = context.setPeriodic(Probe.TICK_MILLIS, timer -> tick());
        this.masterTimer = context.setPeriodic(MASTER_MILLIS, timer -> followMaster());
    }

    void open() {
        publisher.kept().open();
        subscriber.kept().open();
    }

    void publish(Publisher.Item item) {
        if (stalled) {
            item.receivers().fail("Redis does not answer");
        } else {
            publisher.publish(item);
        }
    }

    /** While everything is being restored a stall refuses nothing: what is not subscribed to then would be forgotten. */
    Future<Void> subscribe(String name) {
        boolean away = stalled || !publisher.kept().isOpen();
        return away && restored ? Future.failedFuture("Redis does not answer") : subscriber.subscribe(name);
    }

    void unsubscribe(String name) {
        subscriber.unsubscribe(name);
    }

    @Override
    public void connected() {
        int connected = ++generation;
        connectedAt = millis();
        probesRefused = false;
        listenToProbes();
        listener.restore().onSuccess(done -> {
            if (connected == generation && subscriber.kept().isOpen()) {
                restored = true;
                log.info("all channels are subscribed to, after {} ms", millis() - connectedAt);
                tellReady();
            }
        });
    }

    /** Goes on asking on this connection while Redis refuses, for example until its user may. */
    private void listenToProbes() {
        int asked = generation;
        subscriber
                .subscribe(probeChannel)
                .onComplete(
                        acknowledged -> {
                            hearsProbes = true;
                            tick();
                        },
                        refused -> retryProbes(asked));
    }

    private void retryProbes(int asked) {
        probesRefused = true;
        context.setTimer(Probe.PERIOD_MILLIS, timer -> {
            if (asked == generation && subscriber.kept().isOpen()) {
                listenToProbes();
            }
        });
    }

    @Override
    public void message(String channel, byte[] message) {
        if (channel.equals(probeChannel)) {
            try {
                probe.arrived(Long.parseLong(new String(message, US_ASCII)));
                tellReady();
            } catch (NumberFormatException e) {
                listener.skipped(Skipped.MALFORMED);
            }
        } else {
            messages.read(channel, message, listener);
        }
    }

    @Override
    public void lost() {
        hearsProbes = false;
        restored = false;
        if (!closed) {
            listener.lost();
        }
        tellReady();
    }

    private void tick() {
        if (subscriber.kept().isOpen()
                && !hearsProbes
                && !probesRefused
                && millis() - connectedAt > Probe.MUTE_MILLIS) {
            subscriber.kept().drop("nothing was acknowledged for " + Probe.MUTE_MILLIS + " ms");
        }
        probe.tick(millis(), publisher.kept().isOpen(), probedGeneration());
        tellReady();
    }

    private int probedGeneration() {
        return hearsProbes ? generation : 0;
    }

    @Override
    public void send(long number) {
        Promise<Integer> receivers = Promise.promise();
        receivers
                .future()
                .onComplete(
                        count -> probe.answered(number, count, millis(), probedGeneration()),
                        failure -> probe.failed(number));
        byte[] message = Long.toString(number).getBytes(US_ASCII);
        publisher.publish(new Publisher.Item(Publisher.request(probeChannelBytes, message), receivers));
    }

    @Override
    public void mute() {
        publisher.kept().drop("nothing was answered for " + Probe.MUTE_MILLIS + " ms");
    }

    @Override
    public void deaf(String why) {
        subscriber.kept().drop(why);
    }

    /** After a failover that left the old master running, it may be reached still and nobody else publishes there. */
    private void followMaster() {
        if (lookingUp) {
            return;
        }
        lookingUp = true;
        connector.currentMaster().onComplete(master -> {
            lookingUp = false;
            if (master.succeeded() && master.result() != null) {
                follow(publisher.kept(), master.result());
                follow(subscriber.kept(), master.result());
            }
        });
    }

    private static void follow(KeptConnection kept, String master) {
        String address = kept.address();
        if (address != null && !address.equals(master)) {
            kept.drop("the master is " + master + " now");
        }
    }

    private void tellReady() {
        stalled = probe.isStalled(millis());
        ready.accept(restored && hearsProbes && publisher.kept().isOpen() && !stalled && !probe.isRefused());
    }

    void close() {
        context.owner().cancelTimer(probeTimer);
        context.owner().cancelTimer(masterTimer);
        closed = true;
        publisher.kept().close();
        subscriber.kept().close();
        ready.accept(false);
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
