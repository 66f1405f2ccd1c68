/**
 * Confined to the router's event loop: which instances listen to which channel, and the relay of publications to them.
 * Depends on bus, backplane, protocol, channel and metrics; never on websocket.
 */
@NullMarked
package dev.millipede.router;

import org.jspecify.annotations.NullMarked;
