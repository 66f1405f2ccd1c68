package dev.millipede.websocket;

/**
 * What one connection has sent that its rates have not made good for yet, in {@link Rates#COST}; only where one of them is
 * limited. Confined to the event loop of its WebSocketVerticle.
 */
final class Spent {
    /** Up to when they have. */
    int tick;

    /** Commands that were carried out, and frames that count as one. */
    long commands;

    /** Those, and commands that were refused: at four times the rate. */
    long arrived;

    long publications;
    long bytes;

    /** Nothing is read until enough of {@link #bytes} is made good for. */
    boolean throttled;
}
