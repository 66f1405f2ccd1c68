/**
 * The backplane of a node that stands alone: one JVM, nothing else needed.
 * Depends on backplane and channel.
 */
@NullMarked
package dev.millipede.backplane.memory;

import org.jspecify.annotations.NullMarked;
