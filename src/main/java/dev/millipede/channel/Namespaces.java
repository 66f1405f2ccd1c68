package dev.millipede.channel;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The namespaces of a node, by name. Immutable. */
public final class Namespaces {
    /**
     * {@code user} (self, server, automatic), {@code room} (authenticated, subscriber) and {@code broadcast} (anyone,
     * server, automatic). Names without a namespace are not among them and so refused.
     */
    public static final Namespaces DEFAULTS = new Namespaces(List.of(
            new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true),
            new Namespace("room", SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false),
            new Namespace(Namespace.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true)));

    private final Map<String, Namespace> byName;
    private final List<Namespace> all;

    /** Of two with the same name the later one counts. */
    public Namespaces(Collection<Namespace> namespaces) {
        Map<String, Namespace> map = new LinkedHashMap<>();
        namespaces.forEach(each -> map.put(each.name(), each));
        this.byName = Map.copyOf(map);
        this.all = List.copyOf(map.values());
    }

    /** The namespace of that name, or null. The empty name stands for channel names without a namespace. */
    public @Nullable Namespace find(String name) {
        return byName.get(name);
    }

    /** All of them, in the order of the configuration. */
    public List<Namespace> all() {
        return all;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Namespaces that && byName.equals(that.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return all.toString();
    }
}
