package dev.millipede;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which build this is. */
final class Version {
    private static final String NAME = read();

    private Version() {}

    /** Version of the project and, if known, the commit it was built from: {@code 0.1.0 (a1b2c3d)}. */
    static String name() {
        return NAME;
    }

    private static String read() {
        Properties git = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("/git.properties")) {
            if (file != null) {
                git.load(file);
            }
        } catch (IOException e) {
            return "unknown";
        }
        String version = git.getProperty("git.build.version", "development");
        String commit = git.getProperty("git.commit.id.abbrev", "");
        return commit.isEmpty() ? version : version + " (" + commit + ")";
    }
}
