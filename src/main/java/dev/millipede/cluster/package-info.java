/**
 * Who the nodes are and what they ask of each other; it announces and asks, and decides nothing that must be decided
 * once.
 * May depend on {@code bus}, {@code backplane}, {@code channel}, {@code config} and {@code metrics}.
 */
@NullMarked
package dev.millipede.cluster;

import org.jspecify.annotations.NullMarked;
