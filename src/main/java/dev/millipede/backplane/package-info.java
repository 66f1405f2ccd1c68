/**
 * The seam to other nodes: publications, history and presence.
 * May depend on {@code channel} and {@code config}.
 */
@NullMarked
package dev.millipede.backplane;

import org.jspecify.annotations.NullMarked;
