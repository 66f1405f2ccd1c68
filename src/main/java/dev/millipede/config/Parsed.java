package dev.millipede.config;

import org.jspecify.annotations.Nullable;

/** A value, or what to complain about; exactly one of them is there. */
record Parsed<T>(@Nullable T value, @Nullable String complaint) {
    static <T> Parsed<T> of(T value) {
        return new Parsed<>(value, null);
    }

    static <T> Parsed<T> refused(String complaint) {
        return new Parsed<>(null, complaint);
    }
}
