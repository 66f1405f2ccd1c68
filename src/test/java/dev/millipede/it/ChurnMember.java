package dev.millipede.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.it.RoomLog.View;
import dev.millipede.support.ClientFrames;
import dev.millipede.support.TestClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One connection that joins and leaves rooms, and what it saw. Confined to one thread at a time.
 */
final class ChurnMember {
    /** What follows every publication in this test: the last of each room. */
    static final String FINAL = "final";

    static final int OTHER = -1;
    static final int PROBE = -2;

    private static final String ROOM = "{\"push\":{\"channel\":\"room:";
    private static final String DATA = "\"data\":\"";

    final TestClient client;
    private final String name;
    private final List<View> views = new ArrayList<>();
    private final boolean[] wants;
    private final Map<Integer, List<Integer>> notBefore = new HashMap<>();
    private final Map<Integer, Integer> rooms = new HashMap<>();
    private final Map<Integer, Boolean> ended = new HashMap<>();
    private int nextId = 100;
    private int unanswered;

    ChurnMember(TestClient client, String name, int rooms) {
        this.client = client;
        this.name = name;
        this.wants = new boolean[rooms];
        for (int i = 0; i < rooms; i++) {
            views.add(new View(name + " in room " + i));
        }
    }

    View view(int room) {
        return views.get(room);
    }

    boolean wants(int room) {
        return wants[room];
    }

    /** The command that joins a room or leaves it, whichever it does not want yet. */
    String toggle(int room, List<Integer> arrived) {
        int id = nextId++;
        unanswered++;
        wants[room] = !wants[room];
        rooms.put(id, room);
        if (wants[room]) {
            notBefore.put(id, arrived);
        }
        String command = wants[room] ? "subscribe" : "unsubscribe";
        return "{\"id\":" + id + ",\"" + command + "\":{\"channel\":\"room:" + room + "\"}}";
    }

    /** Publishes several at once, and behind them a probe to this user itself. */
    void publish(int room, List<String> publications) {
        List<byte[]> frames = new ArrayList<>();
        publications.forEach(each -> frames.add(publication("room:" + room, each)));
        frames.add(publication("user:" + name, "probe"));
        client.write(ClientFrames.join(frames.toArray(byte[][]::new)));
    }

    private static byte[] publication(String channel, String data) {
        return ClientFrames.text("{\"id\":1,\"publish\":{\"channel\":\"" + channel + "\",\"data\":\"" + data + "\"}}");
    }

    /** Takes the next message; the room it is a publication of, {@link #PROBE}, or {@link #OTHER}. */
    int look() {
        return look(client.text());
    }

    private int look(String text) {
        if (text.startsWith(ROOM)) {
            int room = text.charAt(ROOM.length()) - '0';
            int from = text.indexOf(DATA) + DATA.length();
            String publication = text.substring(from, text.indexOf('"', from));
            if (publication.equals(FINAL)) {
                assertThat(views.get(room).isJoined()).isTrue();
                ended.put(room, true);
            } else {
                views.get(room).got(publication);
            }
            return room;
        }
        if (text.startsWith("{\"push\":{\"channel\":\"user:" + name)) {
            return PROBE;
        }
        reply(text);
        return OTHER;
    }

    /** Looks until at most so many joins and leaves are not answered. */
    void lookUntilUnanswered(int most) {
        while (unanswered > most) {
            look();
        }
    }

    private void reply(String text) {
        assertThat(text).as("a reply without error").startsWith("{\"id\":").doesNotContain("\"error\"");
        int id = Integer.parseInt(text.substring(6, text.indexOf(',')));
        Integer room = rooms.get(id);
        if (room == null) {
            return;
        }
        unanswered--;
        List<Integer> bound = notBefore.get(id);
        if (bound == null) {
            views.get(room).left();
        } else {
            views.get(room).joined(bound);
        }
    }

    /** Looks at everything up to the last publication of each room it is in at the end, which must come. */
    void lookToTheEnd() {
        for (int room = 0; room < wants.length; room++) {
            while (wants[room] && !ended.containsKey(room)) {
                look();
            }
        }
        client.send("{\"id\":7,\"unsubscribe\":{\"channel\":\"room:none\"}}");
        String last = client.text();
        while (!last.startsWith("{\"id\":7,")) {
            look(last);
            last = client.text();
        }
        assertThat(unanswered).isZero();
    }
}
