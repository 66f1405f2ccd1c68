package dev.millipede.router;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How much all channels together keep of their latest publications: past the limit, what nobody has needed for the longest
 * time is dropped. Confined to the router's event loop.
 */
final class Shelf {
    /** Bytes, roughly: of publications and what is encoded of them. */
    static final long LIMIT = 64L << 20;

    /** Those with something on it, the longest unused first. */
    private final Set<Recent> order = new LinkedHashSet<>();

    private long bytes;

    /** Somebody needs it now. */
    void use(Recent recent) {
        order.remove(recent);
        order.add(recent);
    }

    /** It has become so much larger, or smaller; others may have to go for it. */
    void resize(Recent grown, long by) {
        if (!order.contains(grown)) {
            return;
        }
        bytes += by;
        List<Recent> going = new ArrayList<>(0);
        long left = bytes;
        Iterator<Recent> oldest = order.iterator();
        while (left > LIMIT && oldest.hasNext()) {
            Recent each = oldest.next();
            if (each != grown) {
                going.add(each);
                left -= each.size();
            }
        }
        going.forEach(Recent::drop);
    }

    /** It is gone. */
    void remove(Recent recent) {
        if (order.remove(recent)) {
            bytes -= recent.size();
        }
    }

    /** What is on it, in bytes. */
    long bytes() {
        return bytes;
    }
}
