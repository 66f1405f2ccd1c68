package dev.millipede;

import dev.millipede.websocket.AddressLimit;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Counts the connections of each address against a limit; of IPv6 each /64, as whoever has one has all of it. */
final class NodeAddresses implements AddressLimit {
    private volatile int limit;
    private final ConcurrentHashMap<ByteBuffer, Counted> shares = new ConcurrentHashMap<>();

    /** @param limit connections of each, 0 = as many as they like */
    NodeAddresses(int limit) {
        this.limit = limit;
    }

    /** From now on as many; of more that there are nobody has to go, and who came while there was no limit does not count. */
    void limit(int next) {
        limit = next;
    }

    @Override
    public boolean isOn() {
        return limit > 0;
    }

    /** What one address has; changed only within the map's own steps. */
    private final class Counted implements Share {
        private final ByteBuffer address;
        private int taken;

        Counted(ByteBuffer address) {
            this.address = address;
        }

        @Override
        public void giveBack() {
            shares.computeIfPresent(address, (key, share) -> {
                share.taken--;
                assert share.taken >= 0 : "given back more than was taken";
                return share.taken == 0 ? null : share;
            });
        }
    }

    @Override
    public @Nullable Share take(InetAddress client) {
        boolean[] granted = {false};
        Counted share = shares.compute(prefix(client), (address, known) -> {
            Counted counted = known == null ? new Counted(address) : known;
            if (counted.taken < limit) {
                counted.taken++;
                granted[0] = true;
            }
            return counted;
        });
        return granted[0] ? share : null;
    }

    /** How many addresses have connections. */
    int size() {
        return shares.size();
    }

    private static ByteBuffer prefix(InetAddress client) {
        byte[] address = client.getAddress();
        return client instanceof Inet6Address ? ByteBuffer.wrap(address, 0, 8) : ByteBuffer.wrap(address);
    }
}
