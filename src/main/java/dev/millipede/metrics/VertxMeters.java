package dev.millipede.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * What Vert.x may measure by itself.
 *
 * <p>Of its HTTP servers only requests, their times and errors: a socket leaves Vert.x' objects after the upgrade, so that
 * its gauges of connections, web sockets and running requests and its byte counts would be wrong from then on. They are
 * labelled with the status only, because a client chooses the method and may invent one a request. The event bus is off:
 * its meters cost on every delivery and tell nothing ours do not. Pools of threads and the JVM stay; a pool of one Redis
 * connection tells nothing.
 */
final class VertxMeters {
    private static final String HTTP = MetricsDomain.HTTP_SERVER.getPrefix();
    private static final Set<String> HTTP_KEPT = Set.of(HTTP + "requests", HTTP + "response.time", HTTP + "errors");

    private VertxMeters() {}

    /** A factory for one Vertx, whose meters go to the registry. */
    static VertxMetricsFactory factory(MeterRegistry registry) {
        MicrometerMetricsFactory factory = new MicrometerMetricsFactory(registry);
        return ignored -> factory.metrics(new VertxOptions().setMetricsOptions(options()));
    }

    static MeterFilter filter() {
        return new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                boolean http = id.getName().startsWith(HTTP) && !HTTP_KEPT.contains(id.getName());
                return http || "redis".equals(id.getTag(Label.POOL_TYPE.toString()))
                        ? MeterFilterReply.DENY
                        : MeterFilterReply.NEUTRAL;
            }
        };
    }

    /** With a name of its own, as Vert.x keeps registries in a static map by name and the first would win. */
    private static MicrometerMetricsOptions options() {
        return new MicrometerMetricsOptions()
                .setEnabled(true)
                .setRegistryName("millipede-" + UUID.randomUUID())
                .setJvmMetricsEnabled(true)
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.POOL_TYPE, Label.POOL_NAME))
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT)
                .addDisabledMetricsCategory("redis")
                .addDisabledMetricsCategory(MetricsDomain.DATAGRAM_SOCKET);
    }
}
