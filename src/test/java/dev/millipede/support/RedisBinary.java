package dev.millipede.support;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The redis-server to test with: that of the PATH, else a static one, which a test dependency brings along. */
public final class RedisBinary {
    /** In org.signal:embedded-redis 0.9.1; what follows is the system and the architecture. */
    private static final String RESOURCE = "redis-server-7.0.15-";

    private static final Path EXTRACTED = Path.of("target", "redis");

    private RedisBinary() {}

    public static synchronized Path find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(RedisBinary::extract);
    }

    private static Path extract() {
        String name = RESOURCE + system() + '-' + architecture();
        Path binary = EXTRACTED.resolve(name).toAbsolutePath();
        if (Files.isExecutable(binary)) {
            return binary;
        }
        try (InputStream in = RedisBinary.class.getResourceAsStream('/' + name)) {
            Files.createDirectories(EXTRACTED);
            Path fresh = Files.createTempFile(EXTRACTED, name, "");
            Files.copy(Objects.requireNonNull(in, name), fresh, StandardCopyOption.REPLACE_EXISTING);
            if (!fresh.toFile().setExecutable(true)) {
                throw new AssertionError("cannot be made executable: " + fresh);
            }
            return Files.move(fresh, binary, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        String architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> architecture;
        };
    }
}
