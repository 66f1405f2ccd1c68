package dev.millipede.checker;

import dev.millipede.channel.Position;
import dev.millipede.client.Client;
import dev.millipede.client.ClientListener;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client that writes down all it is told of the channels of a run. Confined to its event loop. */
final class Subscriber implements ClientListener {
    private final String name;
    private final Map<String, Ear> ears = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private @Nullable Client client;

    /** What it hears of one channel. */
    private static final class Ear {
        private List<Heard> heard = new ArrayList<>();
        private @Nullable Place place;
        private boolean subscribed;

        boolean isAt(@Nullable Place top) {
            return subscribed && top != null && top.equals(place);
        }
    }

    /** @param channels those that are written down */
    Subscriber(String name, List<String> channels) {
        this.name = name;
        channels.forEach(channel -> ears.put(channel, new Ear()));
    }

    void use(Client itsClient) {
        client = itsClient;
    }

    Client client() {
        if (client == null) {
            throw new IllegalStateException(name);
        }
        return client;
    }

    @Override
    public void disconnected(int code, boolean reconnects) {
        ears.values().forEach(ear -> ear.subscribed = false);
        if (!reconnects && code != Client.DISCONNECT_CALLED) {
            complaints.add(name + " was sent away for good with " + code);
        }
    }

    @Override
    public void subscribed(String channel, boolean wasRecovering, boolean recovered, @Nullable Position position) {
        Ear ear = ears.get(channel);
        if (ear == null) {
            return;
        }
        ear.subscribed = true;
        if (position == null) {
            complaints.add(name + " got no position in " + channel);
            return;
        }
        Place place = new Place(position.epoch(), position.offset());
        ear.heard.add(recovered ? new Heard.Resumed(place) : new Heard.Began(place));
        if (!recovered || ear.place == null) {
            ear.place = place;
        }
    }

    @Override
    public void unsubscribed(String channel, int code, boolean resubscribes) {
        Ear ear = ears.get(channel);
        if (ear != null) {
            ear.subscribed = false;
        }
    }

    @Override
    public void publication(String channel, @Nullable Position position, @Nullable Object data) {
        Ear ear = ears.get(channel);
        if (ear == null) {
            return;
        }
        if (position == null || !(data instanceof JsonObject body) || !channel.equals(body.getString("c"))) {
            complaints.add(name + " got something else in " + channel + ": " + position + ' ' + data);
            return;
        }
        Place place = new Place(position.epoch(), position.offset());
        ear.heard.add(new Heard.Got(place, Ids.of(body.getInteger("p"), body.getInteger("n"))));
        ear.place = place;
    }

    /** Whether it stands at the top of each of its channels. */
    boolean isAt(Map<String, Place> tops) {
        return ears.entrySet().stream().allMatch(each -> each.getValue().isAt(tops.get(each.getKey())));
    }

    /** Where it stands in the channels in which that is not the top. */
    String behind(Map<String, Place> tops) {
        StringBuilder text = new StringBuilder(name);
        ears.forEach((channel, ear) -> {
            if (!ear.isAt(tops.get(channel))) {
                text.append(' ')
                        .append(channel)
                        .append(ear.subscribed ? " at " : " not subscribed, at ")
                        .append(ear.place)
                        .append(" of ")
                        .append(tops.get(channel));
            }
        });
        return text.toString();
    }

    /** What was written down since the last call, by channel; from now on it begins where it stands. */
    Map<String, SubscriberLog> takeLogs() {
        Map<String, SubscriberLog> logs = new HashMap<>();
        ears.forEach((channel, ear) -> {
            logs.put(channel, new SubscriberLog(name, ear.heard));
            ear.heard = new ArrayList<>();
            if (ear.place != null) {
                ear.heard.add(new Heard.Began(ear.place));
            }
        });
        return logs;
    }

    /** What must not happen at all; empties the list. */
    List<String> takeComplaints() {
        List<String> taken = List.copyOf(complaints);
        complaints.clear();
        return taken;
    }
}
