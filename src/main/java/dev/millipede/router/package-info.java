/**
 * Confined to the router's event loop: which instances listen to which channel, and the relay of publications to them, in order.
 * Depends on bus, backplane, protocol, recovery, channel and metrics; never on websocket.
 */
@NullMarked
package dev.millipede.router;

import org.jspecify.annotations.NullMarked;
