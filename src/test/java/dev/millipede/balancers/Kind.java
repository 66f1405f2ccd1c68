package dev.millipede.balancers;

import dev.millipede.support.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The two balancers: the file that is shipped for each, what a test must change in it, and how it is run. */
enum Kind {
    HAPROXY("haproxy.cfg", "USR2") {
        @Override
        ShippedFile files(ShippedFile file, TlsFiles tls, Path directory) {
            String pem = write(directory, "balancer.pem", read(tls.key()) + read(tls.certificate()));
            return file.with("/etc/haproxy/millipede.pem", pem)
                    .with(
                            "/run/haproxy/admin.sock",
                            directory.resolve("admin.sock").toString())
                    .with("maxconn 100000", "maxconn 5000");
        }

        @Override
        ShippedFile listeners(ShippedFile file, String front) {
            return file.with("bind :443", "bind " + front + ":443").with("127.0.0.1:8404", front + ":8404");
        }

        @Override
        List<String> command(Path file) {
            return List.of("haproxy", "-W", "-f", file.toString());
        }

        @Override
        List<String> idleTimeouts() {
            return List.of("timeout tunnel");
        }
    },
    NGINX("nginx.conf", "HUP") {
        @Override
        ShippedFile files(ShippedFile file, TlsFiles tls, Path directory) {
            return file.with("/etc/nginx/millipede.pem", tls.certificate().toString())
                    .with("/etc/nginx/millipede.key", tls.key().toString())
                    .with("/run/nginx.pid", directory.resolve("nginx.pid").toString())
                    .with(
                            "/var/log/nginx/error.log",
                            directory.resolve("error.log").toString());
        }

        @Override
        ShippedFile listeners(ShippedFile file, String front) {
            return file.with("listen 443", "listen " + front + ":443").with("127.0.0.1:8405", front + ":8405");
        }

        @Override
        List<String> command(Path file) {
            return List.of("nginx", "-e", "stderr", "-g", "daemon off;", "-c", file.toString());
        }

        @Override
        List<String> idleTimeouts() {
            return List.of("proxy_read_timeout", "proxy_send_timeout", "send_timeout");
        }
    };

    private final String file;
    private final String reloadSignal;

    Kind(String file, String reloadSignal) {
        this.file = file;
        this.reloadSignal = reloadSignal;
    }

    String fileName() {
        return file;
    }

    /** The signal to its master that makes it read its file again. */
    String reloadSignal() {
        return reloadSignal;
    }

    /** The directives that end a connection on which nothing happens. */
    abstract List<String> idleTimeouts();

    ShippedFile shipped() {
        return ShippedFile.named(file);
    }

    /**
     * The file with the certificate of this test, and whatever else it writes or reads, in a directory; and for no more
     * connections than the descriptors of a machine that tests run on allow.
     */
    abstract ShippedFile files(ShippedFile file, TlsFiles tls, Path directory);

    /** The file with listeners on one address instead of all, and of monitoring on the same. */
    abstract ShippedFile listeners(ShippedFile file, String front);

    /** Runs it in the foreground. */
    abstract List<String> command(Path file);

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String write(Path directory, String name, String content) {
        try {
            return Files.writeString(directory.resolve(name), content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
