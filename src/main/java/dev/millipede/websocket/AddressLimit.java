package dev.millipede.websocket;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The connections that clients of one address may have at a node; shared by its instances, as {@link Slots} are. Safe on any
 * thread.
 */
public interface AddressLimit {
    /** The connections of one address; all of them hold the same one. */
    interface Share {
        /** Gives one back that was taken. */
        void giveBack();
    }

    /** Whether there is a limit now; else nothing need be taken. */
    boolean isOn();

    /** Takes one; null when the address has as many as it may. */
    @Nullable
    Share take(InetAddress client);
}
