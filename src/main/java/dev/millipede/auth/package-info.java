/**
 * Who are you, may you: tokens to identities, identities and channels to decisions; pure or synchronous, no I/O.
 * Depends on channel; the only package that sees JWT types.
 */
@NullMarked
package dev.millipede.auth;

import org.jspecify.annotations.NullMarked;
