package dev.millipede;

import dev.millipede.config.ConfigException;
import dev.millipede.tls.UnusableTlsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a node take on its file again at each SIGHUP, one after the other, and says what came of it. */
final class ReloadOnHangup {
    private static final Logger log = LoggerFactory.getLogger(ReloadOnHangup.class);
    private static final long SECONDS = 30;

    private final Path file;
    private final Map<String, String> environment;
    private volatile @Nullable Node node;

    ReloadOnHangup(Path file, Map<String, String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /** From now on the signal does not end the process any more. */
    void listen() {
        if (!Hangup.hear(this::told)) {
            log.info("SIGHUP cannot be heard here: a changed configuration takes a restart");
        }
    }

    /** From now on it is this node that takes the file on. */
    void serve(Node started) {
        node = started;
    }

    private synchronized void told() {
        Node running = node;
        if (running == null) {
            log.info("SIGHUP: not started yet");
        } else {
            reload(running);
        }
    }

    private void reload(Node running) {
        try {
            List<String> changed = running.reload(() -> NodeConfig.load(file, environment))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(SECONDS, TimeUnit.SECONDS);
            running.warnings().forEach(warning -> log.warn("{}", warning));
            log.info(
                    "SIGHUP: {} read again, {}",
                    file,
                    changed.isEmpty() ? "no key has changed" : "changed: " + String.join(", ", changed));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            log.error("SIGHUP: nothing has changed: {}", reason(e.getCause()));
        } catch (TimeoutException e) {
            log.error("SIGHUP: reading {} again took too long", file);
        }
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof ConfigException
                || cause instanceof NeedsRestartException
                || cause instanceof UnusableTlsException) {
            return String.valueOf(cause.getMessage());
        }
        return String.valueOf(cause);
    }
}
