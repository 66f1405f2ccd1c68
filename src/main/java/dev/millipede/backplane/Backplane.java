package dev.millipede.backplane;

import io.vertx.core.Future;

/** What joins nodes: built by the composition root, closed after everything that publishes, before the router. */
public interface Backplane {
    Broker broker();

    UserCounts userCounts();

    Revocations revocations();

    /** Whether publications can be accepted and received now; readiness depends on it. Safe on any thread. */
    boolean isReady();

    Future<Void> close();
}
