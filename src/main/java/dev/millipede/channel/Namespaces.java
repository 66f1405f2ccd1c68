package dev.millipede.channel;

import dev.millipede.channel.Namespace.PublishRule;
import dev.millipede.channel.Namespace.SubscribeRule;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The namespaces of a node, by name. Immutable. */
public final class Namespaces {
    /** What a node has unless configured otherwise: {@code user}, {@code room}, {@code broadcast}. */
    public static final Namespaces DEFAULTS = new Namespaces(List.of(
            new Namespace("user", SubscribeRule.SELF, PublishRule.SERVER, true),
            new Namespace("room", SubscribeRule.AUTHENTICATED, PublishRule.SUBSCRIBER, false),
            new Namespace(Channel.BROADCAST, SubscribeRule.ANYONE, PublishRule.SERVER, true)));

    private final Map<String, Namespace> byName = new LinkedHashMap<>();

    public Namespaces(Collection<Namespace> namespaces) {
        namespaces.forEach(namespace -> byName.put(namespace.name(), namespace));
    }

    /** The namespace of that name, or null when it is not configured. */
    public @Nullable Namespace get(String name) {
        return byName.get(name);
    }

    /** All of them, in the order configured. */
    public Collection<Namespace> all() {
        return byName.values();
    }
}
