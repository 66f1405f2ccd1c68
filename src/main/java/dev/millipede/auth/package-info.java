/**
 * Who are you, may you: identities, tokens and permissions.
 * May depend on {@code channel} and {@code config}.
 */
@NullMarked
package dev.millipede.auth;

import org.jspecify.annotations.NullMarked;
