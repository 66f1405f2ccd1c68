package dev.millipede.tls;

import dev.millipede.config.ConfigCursor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code tls} of a listener.
 *
 * @param certificate path of a PEM file with the certificate and its chain
 * @param key path of a PEM file with the private key, RSA or EC, not encrypted
 * @param clientCa path of a PEM file with the authorities of which clients must have a certificate; default null: clients
 *     need none
 * @param checkEvery between two looks at whether the files have changed, 100 ms..24 h, 0 = only when told; default 1 m
 */
public record TlsFiles(
        String certificate, String key, @Nullable String clientCa, Duration checkEvery) {
    private static final Duration CHECK_EVERY = Duration.ofMinutes(1);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** Without clients' certificates. */
    public TlsFiles(String certificate, String key) {
        this(certificate, key, null, CHECK_EVERY);
    }

    /** Reads the section of a listener whose clients need no certificate; null where no certificate is named. */
    public static @Nullable TlsFiles read(ConfigCursor cursor) {
        return read(cursor, null);
    }

    /** Reads the section of a listener whose clients may have to have a certificate; null where none is named to serve. */
    public static @Nullable TlsFiles readWithClients(ConfigCursor cursor) {
        String clientCa = cursor.stringOrNull("clientCa");
        TlsFiles files = read(cursor, clientCa);
        if (files == null && clientCa != null) {
            cursor.reject("clientCa", "needs certificate and key");
        }
        return files;
    }

    private static @Nullable TlsFiles read(ConfigCursor cursor, @Nullable String clientCa) {
        String certificate = cursor.stringOrNull("certificate");
        String key = cursor.stringOrNull("key");
        Duration checkEvery = cursor.duration("checkEvery", CHECK_EVERY, Duration.ZERO, LONGEST);
        if (!checkEvery.isZero() && checkEvery.compareTo(SHORTEST) < 0) {
            cursor.reject("checkEvery", "must be 0s or at least 100ms");
        }
        if (certificate == null && key != null) {
            cursor.reject("certificate", "must be set where key is");
        }
        if (key == null && certificate != null) {
            cursor.reject("key", "must be set where certificate is");
        }
        return certificate == null || key == null ? null : new TlsFiles(certificate, key, clientCa, checkEvery);
    }
}
