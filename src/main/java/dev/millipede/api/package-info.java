/**
 * The HTTP API for backends, health and metrics; it sends control commands like any other node and reaches into no
 * connection.
 * May depend on {@code auth}, {@code bus}, {@code backplane}, {@code cluster}, {@code drain}, {@code protocol},
 * {@code channel}, {@code config} and {@code metrics}.
 */
@NullMarked
package dev.millipede.api;

import org.jspecify.annotations.NullMarked;
