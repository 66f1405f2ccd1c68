package dev.millipede.checker;

import java.util.List;

/**
 * All that one subscriber of a channel was told.
 *
 * @param heard begins with {@link Heard.Began}
 */
record SubscriberLog(String subscriber, List<Heard> heard) {}
