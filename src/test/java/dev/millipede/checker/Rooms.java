package dev.millipede.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which channels a run has, who listens to them and how much is published in each. */
final class Rooms {
    static final int ROOMS = 20;

    /** Users with many connections each; all others have one. */
    static final List<String> SHARED_USERS = List.of("ann", "bob");

    private static final int CONNECTIONS_OF_A_SHARED_USER = 15;
    private static final double ROOM_RATE = 27;
    private static final double USER_RATE = 6;
    private static final double BROADCAST_RATE = 3;

    private Rooms() {}

    /** A channel that is published to, so many times a second. */
    record Load(String channel, double rate) {}

    static List<Load> all() {
        List<Load> all = new ArrayList<>();
        IntStream.range(0, ROOMS).forEach(i -> all.add(new Load(room(i), ROOM_RATE)));
        SHARED_USERS.forEach(user -> all.add(new Load("user:" + user, USER_RATE)));
        all.add(new Load("broadcast", BROADCAST_RATE));
        return all;
    }

    private static String room(int number) {
        return "room:" + number;
    }

    /** The room that a client subscribes to by itself. */
    static String roomOf(int client) {
        return room(client % ROOMS);
    }

    /** Who a client is; her personal channel and {@code broadcast} come by themselves. */
    static String userOf(int client) {
        int shared = client / CONNECTIONS_OF_A_SHARED_USER;
        return shared < SHARED_USERS.size() ? SHARED_USERS.get(shared) : "alone" + client;
    }
}
