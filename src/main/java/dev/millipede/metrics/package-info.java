/**
 * Every meter of a node is named here; callers report events and see no Micrometer.
 * Depends on nothing of ours.
 */
@NullMarked
package dev.millipede.metrics;

import org.jspecify.annotations.NullMarked;
