/** Doubles and clients for tests: Fake answers, Recording remembers. May depend on everything but tests. */
@NullMarked
package dev.millipede.support;

import org.jspecify.annotations.NullMarked;
