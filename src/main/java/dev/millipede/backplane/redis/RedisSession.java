package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Skipped;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's three connections to Redis and what is known of their health. Confined to the event loop of the router, from the
 * moment it listens.
 */
final class RedisSession implements Subscriber.Events, Probe.Actions {
    private static final Logger log = LoggerFactory.getLogger(RedisSession.class);

    /** Between two questions to the sentinels who the master is. */
    private static final long MASTER_MILLIS = 3_000;

    /**
     * Publications that may be asked for and not answered, if not by one request alone: what Redis and this node hold
     * answers for at one time. Of their bytes nothing is known before.
     */
    private static final int READ_WINDOW = 65_536;

    /** For the last word to Redis. */
    private static final long FAREWELL_MILLIS = 500;

    private final ContextInternal context;
    private final Connector connector;
    private final Broker.Listener listener;
    private final Messages messages;
    private final Consumer<Boolean> ready;
    private final Pipeline publishing;
    private final Pipeline reading;
    private final Subscriber subscriber;
    private final Probe probe;
    private final Registry registry;
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
    private long lastTick = millis();
    private long paused;
    private long lastPing;

    /** @param ready is told whenever it may have changed */
    RedisSession(
            ContextInternal context,
            Connector connector,
            Messages messages,
            Broker.Listener listener,
            RandomGenerator random,
            Registration registration,
            Registry.Events registryEvents,
            Consumer<Boolean> ready) {
        this.context = context;
        this.connector = connector;
        this.messages = messages;
        this.listener = listener;
        this.ready = ready;
        this.registry = new Registry(
                context, registration, new RegistryKeys(messages), this::publish, RedisSession::millis, registryEvents);
        this.publishing = new Pipeline(context, connector, "publish", Integer.MAX_VALUE, random, registry::opened);
        this.reading = new Pipeline(context, connector, "read", READ_WINDOW, random, () -> {});
        this.subscriber = new Subscriber(context, connector, this, random);
        this.probe = new Probe(millis(), this);
        this.probeChannel = messages.name("millipede:probe:" + UUID.randomUUID());
        this.probeChannelBytes = probeChannel.getBytes(ISO_8859_1);
        this.probeTimer = context.setPeriodic(Probe.TICK_MILLIS, timer -> tick());
        this.masterTimer = context.setPeriodic(MASTER_MILLIS, timer -> followMaster());
    }

    void open() {
        publishing.kept().open();
        reading.kept().open();
        subscriber.kept().open();
    }

    Registry registry() {
        return registry;
    }

    void publish(Item item) {
        send(publishing, stalled, item);
    }

    void read(Item item) {
        send(reading, isReadingStalled(), item);
    }

    private static void send(Pipeline pipeline, boolean stalled, Item item) {
        if (stalled) {
            item.end(null, new IllegalStateException("Redis does not answer"));
        } else {
            pipeline.send(item);
        }
    }

    private boolean isReadingStalled() {
        return reading.silence() > Probe.STALLED_MILLIS;
    }

    /** While everything is being restored a stall refuses nothing: what is not subscribed to then would be forgotten. */
    Future<Void> subscribe(String name) {
        boolean away = stalled || !publishing.kept().isOpen();
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
        long steady = steadyMillis();
        publishing.tick(steady);
        reading.tick(steady);
        ping(steady);
        if (subscriber.kept().isOpen()
                && !hearsProbes
                && !probesRefused
                && millis() - connectedAt > Probe.MUTE_MILLIS) {
            subscriber.kept().drop("nothing was acknowledged for " + Probe.MUTE_MILLIS + " ms");
        }
        probe.tick(millis(), publishing.kept().isOpen(), probedGeneration());
        registry.tick();
        tellReady();
    }

    /** A clock that stands while this process does: what came meanwhile has not been read when it goes on. */
    private long steadyMillis() {
        long now = millis();
        long late = now - lastTick - Probe.TICK_MILLIS;
        lastTick = now;
        paused += late > Probe.PERIOD_MILLIS ? late : 0;
        return now - paused;
    }

    /** Reads may be rare: that their connection lives has to be seen before. */
    private void ping(long now) {
        if (reading.silence() > Probe.MUTE_MILLIS) {
            reading.kept().drop("nothing was answered for " + Probe.MUTE_MILLIS + " ms");
        } else if (reading.kept().isOpen() && reading.silence() == 0 && now - lastPing >= Probe.PERIOD_MILLIS) {
            lastPing = now;
            // Also an error is a sign of life.
            reading.send(new Item(Request.cmd(Command.PING), Item.Kind.PROBE, 1, (pong, failure) -> {}));
        }
    }

    private int probedGeneration() {
        return hearsProbes ? generation : 0;
    }

    @Override
    public void send(long number) {
        byte[] message = Long.toString(number).getBytes(US_ASCII);
        Request request = Request.cmd(Command.PUBLISH).arg(probeChannelBytes).arg(message);
        publishing.send(new Item(request, Item.Kind.PROBE, 1, (answer, failure) -> {
            if (failure == null) {
                probe.answered(number, StreamAnswers.receivers(answer), millis(), probedGeneration());
            } else {
                probe.failed(number);
            }
        }));
    }

    @Override
    public void mute() {
        publishing.kept().drop("nothing was answered for " + Probe.MUTE_MILLIS + " ms");
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
                follow(publishing.kept(), master.result());
                follow(reading.kept(), master.result());
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
        ready.accept(!closed
                && restored
                && hearsProbes
                && publishing.kept().isOpen()
                && reading.kept().isOpen()
                && !stalled
                && !isReadingStalled()
                && !probe.isRefused());
    }

    /** Completes when the connections are closed, which may wait a moment for Redis to hear that this node goes. */
    Future<Void> close() {
        context.owner().cancelTimer(probeTimer);
        context.owner().cancelTimer(masterTimer);
        closed = true;
        ready.accept(false);
        Promise<Void> told = context.promise();
        registry.end().onComplete(done -> told.tryComplete());
        context.setTimer(FAREWELL_MILLIS, timer -> told.tryComplete());
        return told.future().onSuccess(done -> {
            publishing.kept().close();
            reading.kept().close();
            subscriber.kept().close();
        });
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
