package dev.millipede.websocket;

import org.jspecify.annotations.Nullable;

/**
 * What only some connections have, so that the others pay one reference for all of it. Confined to the event loop of its
 * WebSocketVerticle.
 */
final class Extras {
    /** Of its address, given back when the socket is closed; null where addresses are not limited. */
    AddressLimit.@Nullable Share share;
}
