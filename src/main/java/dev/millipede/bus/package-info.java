/**
 * What crosses threads inside one node: immutable records, their addresses, and the codec that passes them by reference.
 * Depends on channel and the Vert.x event bus.
 */
@NullMarked
package dev.millipede.bus;

import org.jspecify.annotations.NullMarked;
