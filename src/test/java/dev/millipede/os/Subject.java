package dev.millipede.os;

import dev.millipede.support.FakeHost;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A host and what is asked of it: at first 8 GiB of heap, 64 MiB of buffers, clients that come directly, no Redis. */
final class Subject {
    final FakeHost host;
    int maxConnections;
    int descriptorReserve;
    int deliveryBudget = 32 << 20;
    long heap = 8L << 30;
    List<Integer> publicPorts = List.of(8000);
    int balancerAddresses;

    @Nullable
    Long wanted;

    @Nullable
    RedisFacts redis;

    Subject(Path root) {
        host = new FakeHost(root);
    }

    Verdict verdict() {
        return Verdict.of(
                Host.read(host.root()),
                new Asked(
                        maxConnections,
                        descriptorReserve,
                        2,
                        deliveryBudget,
                        heap,
                        4096,
                        publicPorts,
                        List.of(9000),
                        balancerAddresses,
                        wanted == null ? OptionalLong.empty() : OptionalLong.of(wanted),
                        Optional.ofNullable(redis)));
    }

    Verdict.Wall first() {
        return verdict().walls().get(0);
    }

    /** The wall with this name, if it is one. */
    Optional<Verdict.Wall> wall(String name) {
        return verdict().walls().stream()
                .filter(wall -> wall.name().equals(name))
                .findFirst();
    }

    /** What is said under this name, if anything. */
    Optional<Verdict.Note> note(String name) {
        return verdict().notes().stream()
                .filter(note -> note.name().equals(name))
                .findFirst();
    }
}
