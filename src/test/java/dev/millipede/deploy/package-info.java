/** What is shipped in {@code deploy/} holds against the node it is for. May depend on everything. */
@NullMarked
package dev.millipede.deploy;

import org.jspecify.annotations.NullMarked;
