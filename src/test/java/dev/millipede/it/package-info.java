/** Whole nodes over real sockets. May depend on everything. */
@NullMarked
package dev.millipede.it;

import org.jspecify.annotations.NullMarked;
