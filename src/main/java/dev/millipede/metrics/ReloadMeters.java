package dev.millipede.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The meters of what is read again while the node runs. */
final class ReloadMeters {
    final Counter certificatesTaken;
    final Counter certificatesRefused;
    final Counter configurationsTaken;
    final Counter configurationsRefused;

    ReloadMeters(MeterRegistry registry) {
        String certificates = "Times a listener's certificate had changed, by whether it is served now";
        certificatesTaken = counter(registry, "millipede.tls.reloads", certificates, "ok");
        certificatesRefused = counter(registry, "millipede.tls.reloads", certificates, "failed");
        String configurations = "Times the configuration was read again, by what came of it";
        configurationsTaken = counter(registry, "millipede.reloads", configurations, "ok");
        configurationsRefused = counter(registry, "millipede.reloads", configurations, "refused");
    }

    private static Counter counter(MeterRegistry registry, String name, String help, String outcome) {
        return Counter.builder(name).description(help).tag("outcome", outcome).register(registry);
    }
}
