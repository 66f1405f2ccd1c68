/**
 * Who are you, may you: tokens to identities, identities and channels to decisions; nothing here waits on an event loop.
 * Depends on channel, config, metrics; the only package that sees JWT types.
 */
@NullMarked
package dev.millipede.auth;

import org.jspecify.annotations.NullMarked;
