/**
 * The certificates that listeners serve: where they are, whether they can be served, and when they are read again.
 * Depends on config and metrics of ours; the only package that reads a private key.
 */
@NullMarked
package dev.millipede.tls;

import org.jspecify.annotations.NullMarked;
