/**
 * The backplane of nodes that share a Redis: the only package that knows its client.
 * Depends on backplane, channel and config.
 */
@NullMarked
package dev.millipede.backplane.redis;

import org.jspecify.annotations.NullMarked;
