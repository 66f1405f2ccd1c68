/**
 * What clients say and hear: commands, server messages, the error and close code tables, and the Protocol seam.
 * Depends on channel.
 */
@NullMarked
package dev.millipede.protocol;

import org.jspecify.annotations.NullMarked;
