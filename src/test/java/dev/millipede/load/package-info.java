/** Measuring commands that are Java; src/test/load has the scripts that run them. May depend on everything but tests. */
@NullMarked
package dev.millipede.load;

import org.jspecify.annotations.NullMarked;
