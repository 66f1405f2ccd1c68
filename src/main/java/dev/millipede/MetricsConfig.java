package dev.millipede;

import dev.millipede.config.ConfigCursor;

/**
 * The section {@code metrics}.
 *
 * @param enabled whether {@code /metrics} is served and anything is counted; default true
 */
public record MetricsConfig(boolean enabled) {
    /** Enabled. */
    public static final MetricsConfig DEFAULTS = new MetricsConfig(true);

    /** Reads the section. */
    public static MetricsConfig read(ConfigCursor cursor) {
        return new MetricsConfig(cursor.bool("enabled", DEFAULTS.enabled));
    }
}
