/**
 * What the kernel allows this process and host.
 * Plain JDK; depends on nothing of ours.
 */
@NullMarked
package dev.millipede.os;

import org.jspecify.annotations.NullMarked;
