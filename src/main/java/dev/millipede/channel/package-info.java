/**
 * The vocabulary: plain JDK, no Vert.x, no input or output, no clock.
 * Depends on nothing of ours.
 */
@NullMarked
package dev.millipede.channel;

import org.jspecify.annotations.NullMarked;
