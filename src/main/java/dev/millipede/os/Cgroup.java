package dev.millipede.os;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What control groups leave this process of memory, sockets in the kernel included. Knows both versions where they are mounted by
 * custom. A limit above counts for all below; in a container only those from its own root downwards can be seen.
 */
final class Cgroup {
    /** In version 1 no limit is a number near the largest there is. */
    private static final long NO_LIMIT = 1L << 60;

    private final ProcFiles files;

    /** What the files of a version are called. */
    private record Version(String folder, List<String> limits, String used, String cache) {}

    private static final Version ONE = new Version(
            "sys/fs/cgroup/memory", List.of("memory.limit_in_bytes"), "memory.usage_in_bytes", "total_inactive_file");

    /** Above {@code memory.high} everything is slowed down so much that it is a limit too. */
    private static final Version TWO =
            new Version("sys/fs/cgroup", List.of("memory.max", "memory.high"), "memory.current", "inactive_file");

    Cgroup(ProcFiles files) {
        this.files = files;
    }

    /** The one with least room; empty where none is bounded. */
    Optional<HostFacts.Group> tightest() {
        String one = null;
        String two = null;
        for (String line : files.lines("proc/self/cgroup")) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
                one = parts[2];
            } else if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
                two = parts[2];
            }
        }
        if (one != null) {
            return tightest(ONE, one);
        }
        return two == null ? Optional.empty() : tightest(TWO, two);
    }

    private Optional<HostFacts.Group> tightest(Version version, String path) {
        List<HostFacts.Group> groups = new ArrayList<>();
        for (String above = path.contains("..") ? "" : path; ; above = above.substring(0, above.lastIndexOf('/'))) {
            group(version, version.folder + (above.equals("/") ? "" : above)).ifPresent(groups::add);
            if (above.lastIndexOf('/') < 0) {
                return groups.stream().min(Comparator.comparingLong(HostFacts.Group::room));
            }
        }
    }

    private Optional<HostFacts.Group> group(Version version, String folder) {
        long limit = version.limits.stream()
                .map(name -> files.number(folder + '/' + name, 0))
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min()
                .orElse(NO_LIMIT);
        if (limit >= NO_LIMIT) {
            return Optional.empty();
        }
        long used = files.number(folder + '/' + version.used, 0).orElse(0);
        long cache = files.named(folder + "/memory.stat", version.cache).orElse(0);
        return Optional.of(new HostFacts.Group(limit, Math.max(0, used - cache)));
    }
}
