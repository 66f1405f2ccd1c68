package dev.millipede.config;

/** How one kind of value is written. */
@FunctionalInterface
interface Format<T> {
    /**
     * Reads a value.
     *
     * @param raw what the file holds (string, number, boolean, JSON object or array), or a variable's text
     * @param text whether it is a variable's text, in which everything is written without quotes
     */
    Parsed<T> parse(Object raw, boolean text);
}
