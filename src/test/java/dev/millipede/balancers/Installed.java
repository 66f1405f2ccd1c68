package dev.millipede.balancers;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this machine allows. */
final class Installed {
    private Installed() {}

    /** Ends the test that asks where a balancer is missing: as skipped, and said loudly; as failed where CI is set. */
    static void require(Kind kind) {
        String name = kind.command(Path.of("unused")).get(0);
        for (String folder : List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin")) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return;
            }
        }
        String missing = "NOT tested, because " + name + " is not installed here";
        if (System.getenv("CI") != null) {
            fail(missing);
        }
        System.out.println("\n*** SKIPPED: " + missing + " ***\n");
        abort(missing);
    }
}
