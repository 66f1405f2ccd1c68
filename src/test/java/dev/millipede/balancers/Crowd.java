package dev.millipede.balancers;

import dev.millipede.client.Client;
import dev.millipede.client.ClientLoop;
import dev.millipede.client.Settings;
import dev.millipede.support.Eventually;
import dev.millipede.support.NodeFixture;
import dev.millipede.support.TlsFiles;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Many clients of one balancer on one event loop, all in one room. Its methods belong to one other thread. */
final class Crowd implements AutoCloseable {
    private static final Settings PATIENT = new Settings(500, 2_000, 15_000, 15_000);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So many at once begin their TLS handshakes. */
    private static final int BATCH = 25;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final ClientLoop loop;
    private final SocketAddress front;
    private final String room;
    private final List<Member> members = new ArrayList<>();

    Crowd(Door door, String room) {
        this.front = SocketAddress.inetSocketAddress(Place.HTTPS, door.front());
        this.room = room;
        this.loop = new ClientLoop(vertx, options(door.tls()));
    }

    private static NetClientOptions options(TlsFiles tls) {
        return new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setTrustOptions(
                        new PemTrustOptions().addCertPath(tls.certificate().toString()));
    }

    /** So many more come and are members of the room when this returns. */
    void join(int count) {
        for (int begun = 0; begun < count; begun += BATCH) {
            for (int i = begun; i < Math.min(count, begun + BATCH); i++) {
                begin();
            }
            int all = members.size();
            Eventually.within(PATIENCE, () -> count(member -> member.subscribed), ready -> ready == all);
        }
    }

    private void begin() {
        int number = members.size();
        Member member = new Member();
        members.add(member);
        String token = NodeFixture.token("member" + number);
        Client client = new Client(loop, loop, new Random(number), PATIENT, () -> List.of(front), () -> token, member);
        loop.run(() -> {
            client.subscribe(room);
            client.connect();
        });
    }

    int size() {
        return members.size();
    }

    /** Waits until all have heard the publication that says so, or were cut. */
    void awaitHeard(int last) {
        Eventually.within(
                PATIENCE,
                () -> count(member -> member.last >= last || !member.ends.isEmpty()),
                ready -> ready == size());
    }

    /** What the connections that ended did so with, a code for each. */
    List<Integer> ends() {
        return members.stream().flatMap(member -> member.ends.stream()).toList();
    }

    /** Publications that came out of order or not at all, of those that say 1, 2, 3 and so on. */
    int lost() {
        return members.stream().mapToInt(member -> member.lost).sum();
    }

    private int count(Predicate<Member> which) {
        return (int) members.stream().filter(which).count();
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
