package dev.millipede.checker;

import java.util.List;

/**
 * All that is known of a channel after a run.
 *
 * @param sent every publication, those of a publisher in order: each was decided before the next was sent
 * @param end the top of the stream when all was over
 */
record ChannelRun(String channel, List<Sent> sent, List<SubscriberLog> logs, Place end) {}
