/**
 * Sockets and what belongs to them; each is owned by the one event loop of its {@code WebSocketVerticle}.
 * May depend on {@code protocol}, {@code auth}, {@code bus}, {@code backplane}, {@code recovery}, {@code presence},
 * {@code channel}, {@code config}, {@code metrics} and {@code websocket.frame}.
 */
@NullMarked
package dev.millipede.websocket;

import org.jspecify.annotations.NullMarked;
