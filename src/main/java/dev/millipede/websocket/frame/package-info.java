/**
 * RFC 6455 framing, server side, as pure functions over bytes: an idle connection holds nothing here, and whatever a
 * peer sends ends in an event or a {@link dev.millipede.websocket.frame.FrameViolation}, never in an exception.
 *
 * <p>May depend on the JDK and JSpecify only: no channel, no buffer type, no clock, nothing of ours.
 *
 * <p>{@link dev.millipede.websocket.frame.FrameReader} turns bytes into events for a
 * {@link dev.millipede.websocket.frame.FrameSink};
 * {@link dev.millipede.websocket.frame.FrameWriter} turns payloads into frames. No extensions are negotiated.
 */
@NullMarked
package dev.millipede.websocket.frame;

import org.jspecify.annotations.NullMarked;
