package dev.millipede.auth;

import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.config.ConfigCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The section {@code namespaces}: an entry for each, laid key by key over that namespace's defaults. */
public final class NamespacesConfig {
    private static final List<String> REACHED_BY_VARIABLES = List.of("user", "room", Namespace.BROADCAST, "");

    private NamespacesConfig() {}

    /** Reads the section. Namespaces it does not name keep their defaults. */
    public static Namespaces read(ConfigCursor cursor) {
        List<Namespace> all = new ArrayList<>();
        for (Map.Entry<String, ConfigCursor> entry :
                cursor.entries(REACHED_BY_VARIABLES).entrySet()) {
            Namespace defaults = Namespaces.DEFAULTS.find(entry.getKey());
            Namespace read = read(entry.getValue(), defaults == null ? Namespace.named(entry.getKey()) : defaults);
            if (defaults != null || entry.getValue().isPresent()) {
                all.add(read);
            }
        }
        return new Namespaces(all);
    }

    private static Namespace read(ConfigCursor entry, Namespace defaults) {
        if (!Namespace.isName(defaults.name())) {
            entry.reject("not a namespace: a name has two or more of a-z A-Z 0-9 - _ .");
        }
        Namespace namespace = new Namespace(
                defaults.name(),
                entry.word("subscribe", defaults.subscribe()),
                entry.word("publish", defaults.publish()),
                entry.bool("automatic", defaults.automatic()));
        if (namespace.automatic() && !namespace.mayBeAutomatic()) {
            entry.reject("automatic", "needs a named namespace with \"subscribe\": \"self\"");
        }
        return namespace;
    }
}
