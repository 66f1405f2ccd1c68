/**
 * The seam to other nodes: who publishes what to whom, how often a user is connected, whose tokens count no more; without
 * knowing sockets.
 * Depends on channel, config and Vert.x futures.
 */
@NullMarked
package dev.millipede.backplane;

import org.jspecify.annotations.NullMarked;
