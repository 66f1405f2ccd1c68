/**
 * A client as the official SDK is one: connects, pongs, comes back, recovers; thousands in a process. May depend on channel
 * (positions) and on Vert.x, never on a node's other packages: it knows the wire alone.
 */
@NullMarked
package dev.millipede.client;

import org.jspecify.annotations.NullMarked;
