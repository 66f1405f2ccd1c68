/**
 * What the fuzz targets of all packages share: how an input is divided and what an input may cost. May depend on nothing of
 * ours; the targets themselves are {@code *FuzzTest}, each in the package of what it feeds.
 */
@NullMarked
package dev.millipede.fuzz;

import org.jspecify.annotations.NullMarked;
