package dev.millipede.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Users of a Redis, and what {@code docs/operations.md} says one needs. */
public final class RedisRights {
    private static final String DOCUMENTED = "ACL SETUSER millipede on >SECRET ";

    private RedisRights() {}

    /** The rights in the documentation, one a word. */
    public static String[] documented() {
        try (Stream<String> lines = Files.lines(Path.of("docs/operations.md"))) {
            String line = lines.map(String::strip)
                    .filter(each -> each.startsWith(DOCUMENTED))
                    .findFirst()
                    .orElseThrow();
            return line.substring(DOCUMENTED.length()).split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a user who has these rights and no other, in place of one of the same name. */
    public static void allow(RedisProcess redis, String user, String password, String... rights) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", user, "reset", "on", ">" + password));
        command.addAll(List.of(rights));
        redis.command(command.toArray(String[]::new));
    }
}
