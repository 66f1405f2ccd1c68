/**
 * A JSON cursor: typed reads that know their path and collect every problem; it knows no feature.
 * Depends on nothing of ours: Vert.x JSON and Jackson core only.
 */
@NullMarked
package dev.millipede.config;

import org.jspecify.annotations.NullMarked;
