/**
 * The seam to other nodes: who publishes what to whom, without knowing sockets.
 * Depends on channel, config and Vert.x futures.
 */
@NullMarked
package dev.millipede.backplane;

import org.jspecify.annotations.NullMarked;
