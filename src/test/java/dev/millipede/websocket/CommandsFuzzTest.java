package dev.millipede.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.bus.InstanceRecord.ConfirmationsVoid;
import dev.millipede.bus.InstanceRecord.RecoveryRefused;
import dev.millipede.bus.RouterRecord;
import dev.millipede.bus.RouterRecord.Interest;
import dev.millipede.bus.RouterRecord.Recover;
import dev.millipede.channel.Position;
import dev.millipede.fuzz.Held;
import dev.millipede.metrics.Metrics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that say anything, while the router, the backplane, time and sockets do what they may. An input is steps with a
 * NUL between them: a letter below, or the text of a WebSocket message.
 */
class CommandsFuzzTest {
    private static final String TOKEN = InstanceFixture.token("42", 0);
    private static final Metrics METERS = InstanceFixture.meters();
    private static final int MAX_STEPS = 200;

    @FuzzTest
    void everyCommandIsAnsweredOnceOrTheConnectionClosed(byte[] bytes) {
        new Run().play(new String(bytes, UTF_8).split("\0", MAX_STEPS));
    }

    /** One instance and two clients, from the first step to the last. */
    private static final class Run {
        private final InstanceFixture fixture =
                new InstanceFixture(InstanceFixture.KEEPING, false, FanOut.SLICE_NANOS, METERS);
        private final List<RecordingConnection> clients = new ArrayList<>();
        private final ArrayDeque<Interest> interests = new ArrayDeque<>();
        private final ArrayDeque<Recover> recoveries = new ArrayDeque<>();
        private int current;
        private boolean prompt = true;
        private long seconds;

        Run() {
            fixture.toRouter();
            fixture.confirms = false;
            accept();
            accept();
        }

        private void accept() {
            RecordingConnection client = (RecordingConnection) fixture.instance.accept(RecordingConnection::new);
            new FakeTransport(client, fixture.loop);
            clients.add(client);
        }

        void play(String[] steps) {
            for (String step : steps) {
                step(step);
                fixture.instance.outbox.flush();
                asked();
            }
            end();
        }

        private void step(String step) {
            RecordingConnection client = clients.get(current);
            FakeTransport transport = InstanceFixture.transport(client);
            switch (step) {
                case "w" -> current = 1 - current;
                case "p" -> prompt = !prompt;
                case "c" -> confirm();
                case "r" -> refuse();
                case "g" -> recover(true);
                case "u" -> recover(false);
                case "d" -> fixture.publish("room:1", "{\"push\":1}");
                case "b" -> fixture.publish("broadcast", "{\"push\":2}");
                case "l" -> fixture.lose("room:1", new Position("f", 3));
                case "v" -> fixture.instance.told(new ConfirmationsVoid());
                case "n" -> fixture.broker.goAway();
                case "f" -> transport.full = !transport.full;
                case "x" -> transport.close();
                case "s" -> fixture.loop.settle();
                case "t" -> pass(7);
                case "T" -> pass(60);
                default -> say(client, step);
            }
        }

        private void say(RecordingConnection client, String text) {
            byte[] message = text.replace("TOKEN", TOKEN).getBytes(UTF_8);
            if (message.length > 0 && !InstanceFixture.transport(client).closed) {
                client.text(message, 0, message.length);
            }
        }

        private void pass(int more) {
            for (int i = 0; i < more; i++) {
                seconds++;
                fixture.loop.now += TimeUnit.SECONDS.toNanos(1);
                fixture.instance.heartbeat.tick(seconds * 1000);
                fixture.instance.resets.tick();
            }
        }

        /** Takes note of what the router was asked; a prompt one answers at once. */
        private void asked() {
            for (RouterRecord record : fixture.toRouter()) {
                if (record instanceof Interest interest) {
                    interests.add(interest);
                } else if (record instanceof Recover recover) {
                    recoveries.add(recover);
                }
            }
            while (prompt && !interests.isEmpty()) {
                confirm();
            }
        }

        private void confirm() {
            Interest next = interests.poll();
            if (next != null) {
                fixture.confirm(next);
            }
        }

        private void refuse() {
            Interest next = interests.poll();
            if (next != null) {
                fixture.refuse(next);
            }
        }

        private void recover(boolean possible) {
            Recover next = recoveries.poll();
            if (next == null) {
                return;
            }
            if (possible) {
                fixture.giveUp(next);
            } else {
                fixture.instance.told(new RecoveryRefused(next.channel(), next.ask()));
            }
        }

        private void end() {
            prompt = true;
            do {
                fixture.loop.settle();
                asked();
                recover(true);
                fixture.instance.outbox.flush();
                asked();
            } while (!interests.isEmpty() || !recoveries.isEmpty());
            fixture.loop.settle();
            clients.forEach(RecordingConnection::check);

            clients.forEach(client -> InstanceFixture.transport(client).close());
            fixture.loop.settle();
            Held.that(fixture.instance.subscribers.subscriptions() == 0, "a subscription of nobody");
            Held.that(fixture.instance.connections() == 0, "a connection that is not gone");
            Held.that(fixture.unreleased() == 0, () -> fixture.unreleased() + " bytes that nobody released");
        }
    }
}
