package dev.millipede.checker;

import dev.millipede.support.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Runs one fault after the other over one fleet and prints what became of each channel. {@code main} takes the names of
 * faults, without any those that are {@link Fault#wanted}, and {@code --own-network} where the process has a network
 * namespace of its own.
 */
public final class HistoryChecker implements AutoCloseable {
    /** A line that begins with this ends each fault, followed by its name and {@value #OK} or what is wrong. */
    static final String MARK = "== ";

    static final String OK = "ok";

    static final String IMPOSSIBLE = "not possible here";

    private static final int SUBSCRIBERS = 300;
    private static final int MIN_RATE = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final long CALM_BEFORE = 8;
    private static final long CALM_AFTER = 4;
    private static final int WHOLE = 60;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Fleet fleet;
    private final Audience audience;
    private final long began = System.nanoTime();

    private HistoryChecker(boolean ownNetwork) {
        fleet = new Fleet(ownNetwork ? new OwnNetwork() : null);
        audience = new Audience(vertx, fleet, SUBSCRIBERS);
        String missing = awaitAll(tops());
        if (!missing.isEmpty()) {
            throw new AssertionError(missing);
        }
        audience.takeLogs();
    }

    /** Exit code 0: all is well. */
    public static void main(String[] arguments) {
        List<String> options = Arrays.asList(arguments);
        List<Fault> faults = options.stream()
                .filter(each -> !each.startsWith("--"))
                .map(Fault::valueOf)
                .toList();
        boolean good = true;
        try (HistoryChecker checker = new HistoryChecker(options.contains("--own-network"))) {
            for (Fault fault : faults.isEmpty() ? Fault.wanted() : faults) {
                good &= checker.check(fault);
            }
        }
        System.exit(good ? 0 : 1);
    }

    private boolean check(Fault fault) {
        if (!fault.isPossible(fleet)) {
            System.out.println(MARK + fault + ' ' + IMPOSSIBLE);
            return true;
        }
        fault.prepare(fleet.redis());
        fleet.awaitReady();
        long from = System.nanoTime();
        Publishers publishers = new Publishers(vertx, fleet, fault.name());
        Pause.seconds(CALM_BEFORE);
        publishers.calm(false);
        fault.inflict(fleet, audience);
        fleet.awaitReady();
        Pause.seconds(CALM_AFTER);
        publishers.calm(true);
        long wholeFor = fault == Fault.NONE ? 1 : Math.max(CALM_AFTER, WHOLE - secondsSince(from));
        Pause.seconds(wholeFor);
        double seconds = secondsSince(from);
        Publishers.Result result = publishers.stop();
        return judge(fault, result, seconds);
    }

    private static long secondsSince(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - nanos);
    }

    private boolean judge(Fault fault, Publishers.Result result, double seconds) {
        Map<String, Place> tops = tops();
        String missing = awaitAll(tops);
        Map<String, List<SubscriberLog>> logs = audience.takeLogs();
        List<ChannelVerdict> verdicts = Rooms.all().stream()
                .map(Rooms.Load::channel)
                .map(channel -> Verdict.on(new ChannelRun(
                        channel,
                        result.sent().getOrDefault(channel, List.of()),
                        logs.getOrDefault(channel, List.of()),
                        Objects.requireNonNull(tops.get(channel)))))
                .toList();
        System.out.printf("%n%s, %.0f s, at %d s%n%s", fault, seconds, secondsSince(began), VerdictTable.of(verdicts));
        verdicts.stream().flatMap(each -> each.complaints().stream()).limit(20).forEach(System.out::println);
        String wrong = wrong(fault, result, seconds, verdicts)
                + missing
                + audience.takeComplaints().stream()
                        .limit(5)
                        .toList()
                        .toString()
                        .replace("[]", "");
        System.out.println(MARK + fault + ' ' + (wrong.isEmpty() ? OK : wrong));
        return wrong.isEmpty();
    }

    private static String wrong(Fault fault, Publishers.Result result, double seconds, List<ChannelVerdict> verdicts) {
        StringBuilder wrong = new StringBuilder();
        int published = verdicts.stream().mapToInt(ChannelVerdict::published).sum();
        System.out.printf(
                "%.0f publications/s; while nothing was broken %d of %d acknowledged%n",
                published / seconds, result.calmAcknowledged(), result.calmSent());
        if (!result.counts()) {
            wrong.append("too few were acknowledged while nothing was broken; ");
        }
        if (published < MIN_RATE * seconds) {
            wrong.append("fewer than " + MIN_RATE + " publications a second; ");
        }
        if (!fault.isNoticed(ChannelVerdict.sum("all", verdicts))) {
            wrong.append("nobody noticed; ");
        }
        List<String> broken = verdicts.stream()
                .filter(each -> !(fault.isLossless() ? each.isWithoutLoss() : each.isHonest()))
                .map(ChannelVerdict::channel)
                .toList();
        if (!broken.isEmpty()) {
            wrong.append("not whole: " + String.join(", ", broken) + "; ");
        }
        return wrong.toString();
    }

    private Map<String, Place> tops() {
        Map<String, Place> tops = new HashMap<>();
        Rooms.all().forEach(load -> tops.put(load.channel(), fleet.top(load.channel())));
        return tops;
    }

    /** Waits until everybody is at the top of everything; what is left of that, "" = nothing. */
    private String awaitAll(Map<String, Place> tops) {
        try {
            Eventually.within(PATIENCE, () -> audience.countAt(tops), count -> count == audience.size());
            return "";
        } catch (AssertionError e) {
            List<String> behind = audience.behind(tops);
            return behind.size() + " subscribers never got to the end: "
                    + behind.stream().limit(5).toList();
        }
    }

    @Override
    public void close() {
        fleet.close();
        vertx.close().await();
    }
}
