/** The shipped files of HAProxy and nginx, run in front of real nodes. May depend on {@code support} and {@code client}. */
@NullMarked
package dev.millipede.balancers;

import org.jspecify.annotations.NullMarked;
