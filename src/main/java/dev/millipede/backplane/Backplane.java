package dev.millipede.backplane;

import dev.millipede.channel.Namespaces;
import io.vertx.core.Future;

/** What joins nodes: built by the composition root, closed after everything that publishes, before the router. */
public interface Backplane {
    Broker broker();

    /** From now on there are the channels of these namespaces, where that is asked here; safe on any thread. */
    default void use(Namespaces namespaces) {}

    UserCounts userCounts();

    Revocations revocations();

    /** Whether publications can be accepted and received now; readiness depends on it. Safe on any thread. */
    boolean isReady();

    Future<Void> close();
}
