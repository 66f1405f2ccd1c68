/**
 * Pure: what a page of history and publications held meanwhile make together, and whether that covers what was missed.
 * Depends on channel and config.
 */
@NullMarked
package dev.millipede.recovery;

import org.jspecify.annotations.NullMarked;
