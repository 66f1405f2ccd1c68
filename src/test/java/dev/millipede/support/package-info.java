/**
 * What several tests need.
 * May depend on everything.
 */
@NullMarked
package dev.millipede.support;

import org.jspecify.annotations.NullMarked;
