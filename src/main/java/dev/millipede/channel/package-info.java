/**
 * The vocabulary: what a channel, a publication and a namespace are, the same on the wire, in code, docs and metrics.
 * Plain JDK: no Vert.x, no I/O, no clock.
 */
@NullMarked
package dev.millipede.channel;

import org.jspecify.annotations.NullMarked;
