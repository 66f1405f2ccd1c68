package dev.millipede.backplane.redis;

/**
 * What a node is to others in Redis, besides its publications.
 *
 * @param uid unique among nodes and starts
 * @param revocation whether tokens are looked up, and what is revoked is looked for
 * @param countedLocally told, on the event loop of the router, of each connection that this node's own count of its user
 *     decided on, because Redis could not be asked
 */
public record Registration(String uid, boolean revocation, Runnable countedLocally) {}
