/** Our sockets against RFC 6455 as others read it: Autobahn's fuzzing client. May depend on everything but other tests. */
@NullMarked
package dev.millipede.conformance;

import org.jspecify.annotations.NullMarked;
