package dev.millipede.router;

/**
 * How many bytes each instance still lets the router send: granted once, taken with each delivery, given back as passes
 * end. To an instance that has next to nothing outstanding anything may be sent: what is longer than the whole budget would
 * never go on otherwise, nor what comes after it. Confined to the router's event loop.
 */
final class DeliveryBudget {
    /** What part of the limit counts as next to nothing. */
    private static final int IDLE = 16;

    private final long limit;
    private final long[] outstanding;

    /** @param limit bytes per instance */
    DeliveryBudget(int instances, long limit) {
        this.limit = limit;
        this.outstanding = new long[instances];
    }

    /** Takes bytes for a delivery; false, and nothing is taken, when the instance's budget is spent. */
    boolean take(int instance, int bytes) {
        if (outstanding[instance] > limit / IDLE && bytes > limit - outstanding[instance]) {
            return false;
        }
        outstanding[instance] += bytes;
        return true;
    }

    void giveBack(int instance, long bytes) {
        outstanding[instance] -= bytes;
        assert outstanding[instance] >= 0;
    }
}
