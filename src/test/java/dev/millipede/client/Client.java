package dev.millipede.client;

import dev.millipede.channel.Position;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client that behaves as centrifuge-js does with the JSON format: subscribes in the frame that connects, comes back to
 * another node by itself, and asks for what it missed. It tells what the server says and checks nothing.
 *
 * <p>Confined to the event loop of its {@link ClientLoop}, but for the constructor.
 */
public final class Client {
    /** The application said so. */
    public static final int DISCONNECT_CALLED = 0;

    /** The connection ended without a close frame or with one of a code below 3000. */
    public static final int TRANSPORT_CLOSED = 1;

    /** Nothing came for too long. */
    public static final int NO_PING = 11;

    /** A command was not answered in time. */
    public static final int TIMEOUT = 12;

    private static final int RESUBSCRIBES_FROM = 2500;
    private static final int TOKEN_EXPIRED = 109;
    private static final int RECONNECT_CODES = 3000;

    private final ClientLoop loop;
    private final Timers timers;
    private final RandomGenerator random;
    private final Settings settings;
    private final Supplier<List<SocketAddress>> nodes;
    private final Supplier<String> token;
    private final ClientListener listener;
    private final Backoff backoff;
    private final Calls calls;
    private final Silence silence;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final Map<String, Subscription> serverSide = new LinkedHashMap<>();

    private @Nullable WebSocketLine line;
    private @Nullable SocketAddress last;
    private Runnable cancelReconnect = () -> {};
    private boolean wanted;
    private boolean connected;

    /** Whether connect has been sent on this connection. */
    private boolean introduced;

    private boolean pongs;

    /**
     * @param loop its sockets
     * @param timers its time, mostly the loop as well
     * @param nodes where it may connect to; it goes to a random one, but for the last one where there are others
     */
    public Client(
            ClientLoop loop,
            Timers timers,
            RandomGenerator random,
            Settings settings,
            Supplier<List<SocketAddress>> nodes,
            Supplier<String> token,
            ClientListener listener) {
        this.loop = loop;
        this.timers = timers;
        this.random = random;
        this.settings = settings;
        this.nodes = nodes;
        this.token = token;
        this.listener = listener;
        this.backoff = new Backoff(settings, random);
        this.calls = new Calls(timers, settings.timeout(), () -> lost(TIMEOUT));
        this.silence = new Silence(timers, () -> lost(NO_PING));
    }

    /** Connects, and stays so until {@link #disconnect}. */
    public void connect() {
        if (!wanted) {
            wanted = true;
            dial();
        }
    }

    /** Leaves with a close frame; {@link #connect} recovers what there was. */
    public void disconnect() {
        if (wanted) {
            WebSocketLine current = line;
            if (current != null) {
                current.close(1000);
            }
            end(DISCONNECT_CALLED, false);
        }
    }

    /** Breaks the connection off without a close frame, as a network does; it comes back by itself. */
    public void breakOff() {
        if (line != null) {
            lost(TRANSPORT_CLOSED);
        }
    }

    /** Whether the connect has been answered. */
    public boolean isConnected() {
        return connected;
    }

    /** Subscribes to a channel, now or as soon as connected, and keeps it so. */
    public void subscribe(String channel) {
        if (!subscriptions.containsKey(channel)) {
            Subscription subscription = new Subscription(channel, new Backoff(settings, random));
            subscriptions.put(channel, subscription);
            // What comes behind connect is answered behind it.
            if (introduced) {
                send(List.of(subscribeCommand(subscription)));
            }
        }
    }

    /** Ends a subscription of its own. */
    public void unsubscribe(String channel) {
        Subscription subscription = subscriptions.remove(channel);
        if (subscription == null) {
            return;
        }
        boolean known = subscription.subscribed || subscription.call > 0;
        subscription.breakOff();
        if (connected && known) {
            int id = calls.begin(reply -> {});
            send(List.of(command(id, "unsubscribe", new JsonObject().put("channel", channel))));
        }
        listener.unsubscribed(channel, 0, false);
    }

    private void dial() {
        List<SocketAddress> all = new ArrayList<>(nodes.get());
        if (all.size() > 1) {
            all.remove(last);
        }
        if (all.isEmpty()) {
            scheduleReconnect();
            return;
        }
        SocketAddress address = all.get(random.nextInt(all.size()));
        last = address;
        line = loop.dial(address, new Wire());
        silence.allow(settings.timeout());
    }

    /** What its present line says; a line that was given up says nothing any more. */
    private final class Wire implements WebSocketLine.Events {
        @Override
        public void opened(WebSocketLine opened) {
            sendConnect();
        }

        @Override
        public void line(WebSocketLine from, String text) {
            silence.heard();
            received(text);
        }

        @Override
        public void closed(WebSocketLine closed, int code, String reason) {
            boolean reconnects = CloseAdvice.reconnects(code, reason);
            end(reconnects && code < RECONNECT_CODES ? TRANSPORT_CLOSED : code, reconnects);
        }
    }

    /** The connect and all subscribes in one frame. */
    private void sendConnect() {
        JsonObject body = new JsonObject().put("token", token.get()).put("name", "test");
        JsonObject subs = new JsonObject();
        serverSide.values().forEach(each -> {
            JsonObject recovery = recovery(each);
            if (!recovery.isEmpty()) {
                subs.put(each.channel, recovery);
            }
        });
        if (!subs.isEmpty()) {
            body.put("subs", subs);
        }
        List<String> commands = new ArrayList<>();
        commands.add(command(calls.begin(this::connectAnswered), "connect", body));
        subscriptions.values().forEach(each -> commands.add(subscribeCommand(each)));
        send(commands);
        introduced = true;
    }

    private static JsonObject recovery(Subscription subscription) {
        JsonObject recovery = new JsonObject();
        Position position = subscription.position();
        if (position != null) {
            recovery.put("recover", true).put("epoch", position.epoch());
            if (position.offset() > 0) {
                recovery.put("offset", position.offset());
            }
        }
        return recovery;
    }

    private String subscribeCommand(Subscription subscription) {
        subscription.cancelRetry();
        subscription.call = calls.begin(reply -> subscribeAnswered(subscription, reply));
        JsonObject body = new JsonObject()
                .put("channel", subscription.channel)
                .put("flag", 1)
                .mergeIn(recovery(subscription));
        return command(subscription.call, "subscribe", body);
    }

    private static String command(int id, String kind, JsonObject body) {
        return new JsonObject().put("id", id).put(kind, body).encode();
    }

    private void send(List<String> commands) {
        if (line != null) {
            line.send(String.join("\n", commands));
        }
    }

    private void received(String text) {
        if (text.equals("{}")) {
            if (pongs) {
                send(List.of("{}"));
            }
            return;
        }
        JsonObject message = new JsonObject(text);
        Integer id = message.getInteger("id");
        if (id != null) {
            calls.answer(id, message);
            return;
        }
        JsonObject push = message.getJsonObject("push");
        if (push != null) {
            pushed(push.getString("channel", ""), push);
        }
    }

    private void pushed(String channel, JsonObject push) {
        if (push.containsKey("pub")) {
            Subscription own = subscriptions.get(channel);
            Subscription subscription = own != null ? own : serverSide.get(channel);
            if (subscription != null && (own == null || own.subscribed)) {
                published(subscription, push.getJsonObject("pub"));
            }
        } else if (push.containsKey("unsubscribe")) {
            ended(channel, push.getJsonObject("unsubscribe").getInteger("code", 0));
        } else if (push.containsKey("subscribe")) {
            beginServerSide(channel, push.getJsonObject("subscribe"));
        }
    }

    private void published(Subscription subscription, JsonObject publication) {
        Position position = subscription.advance(publication.getLong("offset", 0L));
        listener.publication(subscription.channel, position, publication.getValue("data"));
    }

    private void ended(String channel, int code) {
        Subscription own = subscriptions.get(channel);
        if (own == null) {
            if (serverSide.remove(channel) != null) {
                listener.unsubscribed(channel, code, false);
            }
            return;
        }
        boolean resubscribes = code >= RESUBSCRIBES_FROM;
        own.breakOff();
        if (!resubscribes) {
            subscriptions.remove(channel);
        }
        listener.unsubscribed(channel, code, resubscribes);
        if (resubscribes && connected) {
            send(List.of(subscribeCommand(own)));
        }
    }

    private void connectAnswered(JsonObject reply) {
        JsonObject error = reply.getJsonObject("error");
        if (error != null) {
            WebSocketLine current = line;
            if (current != null) {
                current.close(1000);
            }
            end(error.getInteger("code"), isWorthAnotherTry(error));
            return;
        }
        JsonObject result = reply.getJsonObject("connect");
        connected = true;
        backoff.reset();
        pongs = result.getBoolean("pong", false);
        int ping = result.getInteger("ping", 0);
        silence.allow(ping == 0 ? Long.MAX_VALUE : ping * 1000L + settings.pingDelay());
        listener.connected(result.getString("client", ""));
        JsonObject subs = result.getJsonObject("subs", new JsonObject());
        subs.fieldNames().forEach(channel -> beginServerSide(channel, subs.getJsonObject(channel)));
        List.copyOf(serverSide.keySet()).stream()
                .filter(channel -> !subs.containsKey(channel))
                .forEach(channel -> ended(channel, 0));
    }

    private static boolean isWorthAnotherTry(JsonObject error) {
        return error.getBoolean("temporary", false) || error.getInteger("code") == TOKEN_EXPIRED;
    }

    private void subscribeAnswered(Subscription subscription, JsonObject reply) {
        if (subscription.call != reply.getInteger("id") || subscriptions.get(subscription.channel) != subscription) {
            return;
        }
        JsonObject error = reply.getJsonObject("error");
        if (error == null) {
            begin(subscription, reply.getJsonObject("subscribe"));
            return;
        }
        subscription.call = 0;
        boolean again = isWorthAnotherTry(error);
        if (again) {
            subscription.retry(timers.after(subscription.backoff.next(), () -> {
                if (connected) {
                    send(List.of(subscribeCommand(subscription)));
                }
            }));
        } else {
            subscriptions.remove(subscription.channel);
        }
        listener.unsubscribed(subscription.channel, error.getInteger("code"), again);
    }

    private void beginServerSide(String channel, JsonObject result) {
        Subscription subscription =
                serverSide.computeIfAbsent(channel, name -> new Subscription(name, new Backoff(settings, random)));
        begin(subscription, result);
    }

    /** Tells of a subscription that stands, then of what it brings; without {@code recovered} that is nothing. */
    private void begin(Subscription subscription, JsonObject result) {
        Position position = null;
        if (result.getBoolean("recoverable", false)) {
            position = new Position(result.getString("epoch"), result.getLong("offset", 0L));
        }
        subscription.begin(position);
        boolean recovered = result.getBoolean("recovered", false);
        listener.subscribed(subscription.channel, result.getBoolean("was_recovering", false), recovered, position);
        JsonArray missed = result.getJsonArray("publications");
        for (int i = 0; recovered && missed != null && i < missed.size(); i++) {
            published(subscription, missed.getJsonObject(i));
        }
    }

    /** We give the connection up. */
    private void lost(int code) {
        WebSocketLine current = line;
        if (current != null) {
            current.cut();
        }
        end(code, true);
    }

    private void end(int code, boolean reconnects) {
        line = null;
        connected = false;
        introduced = false;
        silence.stop();
        calls.forget();
        cancelReconnect.run();
        subscriptions.values().forEach(Subscription::breakOff);
        serverSide.values().forEach(Subscription::breakOff);
        wanted &= reconnects;
        listener.disconnected(code, wanted);
        if (wanted) {
            scheduleReconnect();
        }
    }

    private void scheduleReconnect() {
        cancelReconnect = timers.after(backoff.next(), this::dial);
    }
}
