/**
 * Confined to the event loop of its WebSocketVerticle: connections, their subscriptions, their unsent bytes.
 * Depends on protocol, auth, bus, backplane, channel, config, metrics and the frame package; never on router.
 */
@NullMarked
package dev.millipede.websocket;

import org.jspecify.annotations.NullMarked;
