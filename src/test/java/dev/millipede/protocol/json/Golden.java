package dev.millipede.protocol.json;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The golden frames: {@code in/NAME.json} with {@code in/NAME.commands}, and {@code out/NAME.json}. */
final class Golden {
    private Golden() {}

    static Stream<String> names(String folder) throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(path(folder))) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
            return names.stream();
        }
    }

    static byte[] bytes(String name) throws IOException, URISyntaxException {
        return Files.readAllBytes(path(name));
    }

    private static Path path(String name) throws URISyntaxException {
        URL url = Objects.requireNonNull(Golden.class.getResource("/protocol/json/" + name), name);
        return Path.of(url.toURI());
    }
}
