/**
 * Proves that nothing of a history is lost unnoticed: publishes to several nodes, breaks things, and judges what everybody
 * heard by a pure function. May depend on client and support, and on nothing of a node but the words of channel.
 */
@NullMarked
package dev.millipede.checker;

import org.jspecify.annotations.NullMarked;
