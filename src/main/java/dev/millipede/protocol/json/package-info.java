/**
 * The Centrifuge JSON wire format: one frame, one or more commands or replies, one a line.
 * Depends on protocol and channel; sees Jackson, as the API's body reader does.
 */
@NullMarked
package dev.millipede.protocol.json;

import org.jspecify.annotations.NullMarked;
