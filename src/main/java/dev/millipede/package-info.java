/**
 * The composition root: the command line and the node that wires every other package together.
 * It may depend on every package; none may depend on it.
 */
@NullMarked
package dev.millipede;

import org.jspecify.annotations.NullMarked;
