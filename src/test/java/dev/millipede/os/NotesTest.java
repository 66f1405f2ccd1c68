package dev.millipede.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.os.Verdict.Note;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotesTest {
    @TempDir
    private Path root;

    private Subject subject;

    @BeforeEach
    void aHostThatIsWell() {
        subject = new Subject(root);
    }

    private record Wrong(String name, Consumer<Subject> setting, String says, String fix) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wrong> wrongSettings() {
        String tune = "scripts/tune-linux.sh apply --connections ";
        return Stream.of(
                new Wrong(
                        "net.core.somaxconn",
                        s -> s.host.set("proc/sys/net/core/somaxconn", "128"),
                        "128 is less than http.backlog 4,096",
                        tune),
                new Wrong(
                        "net.ipv4.tcp_max_syn_backlog",
                        s -> s.host.set("proc/sys/net/ipv4/tcp_max_syn_backlog", "512")
                                .set("proc/sys/net/ipv4/tcp_syncookies", "0"),
                        "512 is less than http.backlog 4,096",
                        tune),
                new Wrong("ListenOverflows", s -> s.host.counters(17, 20, 0), "since boot 17 connections", tune),
                new Wrong("ListenDrops", s -> s.host.counters(0, 20, 0), "dropped 20 connections", "dmesg"),
                new Wrong(
                        "tcp_mem",
                        s -> s.host.set("proc/net/sockstat", "TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 2250000"),
                        "short of buffers now: 2,250,000 pages, pressure begins at 2,250,000",
                        tune),
                new Wrong("TCPMemoryPressures", s -> s.host.counters(0, 0, 3), "short of buffers 3 times", tune),
                new Wrong(
                        "net.ipv4.ip_local_port_range",
                        s -> s.host.set("proc/sys/net/ipv4/ip_local_port_range", "1024\t65535"),
                        "our port 8000,9000 lies among",
                        "--ports 8000,9000"),
                new Wrong("swap", s -> s.host.memory(20, 16, 1), "1 GiB are swapped out", "more memory"),
                new Wrong(
                        "redis.client-output-buffer-limit",
                        s -> s.redis = redis(16 << 20, ""),
                        "pubsub 16 MiB is less than Redis' own 32 MiB",
                        "\"pubsub 33554432 8388608 60\""));
    }

    private static RedisFacts redis(long output, String unknown) {
        return new RedisFacts(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(output), unknown);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void whatIsWrongIsSaidWithItsFixAndNothingElseIs(Wrong wrong) {
        wrong.setting.accept(subject);

        List<Note> wrongs = subject.verdict().notes().stream()
                .filter(note -> !note.fix().isEmpty())
                .toList();
        assertThat(wrongs).extracting(Note::name).containsExactly(wrong.name);
        assertThat(wrongs.get(0).says()).contains(wrong.says);
        assertThat(wrongs.get(0).fix()).contains(wrong.fix);
    }

    @Test
    void theSynBacklogIsOfNoAccountWhereCookiesAreSent() {
        subject.host.set("proc/sys/net/ipv4/tcp_max_syn_backlog", "512");

        assertThat(subject.note("net.ipv4.tcp_max_syn_backlog")).isEmpty();
    }

    @Test
    void portsThatAreReservedAreOurs() {
        subject.host
                .set("proc/sys/net/ipv4/ip_local_port_range", "1024\t65535")
                .set("proc/sys/net/ipv4/ip_local_reserved_ports", "7000-8000,9000");

        assertThat(subject.note("net.ipv4.ip_local_port_range")).isEmpty();
    }

    /** The router reads on whatever its instances have under way. */
    @Test
    void theDeliveryBudgetAsksNothingOfRedis() {
        subject.deliveryBudget = 256 << 20;
        subject.redis = redis(32 << 20, "");

        assertThat(subject.note("redis.client-output-buffer-limit")).isEmpty();
    }

    @Test
    void whyRedisIsNotKnownIsSaid() {
        subject.redis = redis(Long.MAX_VALUE, "it does not answer");

        assertThat(subject.note("redis").orElseThrow().says()).isEqualTo("it does not answer");
        assertThat(subject.note("redis.client-output-buffer-limit")).isEmpty();
    }

    @Test
    void thatNoBalancerIsAssumedIsSaid() {
        assertThat(subject.note("balancer.ports").orElseThrow().says()).startsWith("clients come directly");
        subject.balancerAddresses = 1;
        assertThat(subject.note("balancer.ports")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proc/sys/fs/nr_open",
                "proc/sys/fs/file-max",
                "proc/sys/fs/epoll/max_user_watches",
                "proc/sys/net/core/somaxconn",
                "proc/sys/net/ipv4/tcp_mem",
                "proc/sys/net/ipv4/ip_local_port_range"
            })
    void aSettingThatCannotBeReadIsSaidNotToBeKnown(String path) {
        String name = path.substring("proc/sys/".length()).replace('/', '.');
        for (String text : List.of("", "many", "-1", "12 x\n12")) {
            subject.host.set(path, text);
            if (!text.startsWith("12") || name.contains("tcp_mem") || name.contains("range")) {
                assertThat(subject.note(name).orElseThrow().says()).startsWith("not known");
                assertThat(subject.wall(name)).isEmpty();
            }
        }
        subject.host.remove(path);
        assertThat(subject.note(name).orElseThrow().says()).startsWith("not known");
    }
}
