/**
 * What the kernel allows this process and host, and how many hosts a number of connections needs.
 * Plain JDK; depends on nothing of ours.
 */
@NullMarked
package dev.millipede.os;

import org.jspecify.annotations.NullMarked;
