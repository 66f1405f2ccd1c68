package dev.millipede.websocket;

import java.util.List;

/**
 * What may change while a node runs, the same for all its connections but that each instance has an authenticator of its own.
 * Immutable; an instance is given another one by {@link WebSocketVerticle#apply}.
 *
 * @param allowedOrigins as in {@link HttpConfig}
 */
public record Policy(Rules rules, Limits limits, List<String> allowedOrigins) {}
