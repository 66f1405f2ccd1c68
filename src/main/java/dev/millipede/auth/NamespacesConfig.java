package dev.millipede.auth;

import dev.millipede.channel.HistoryRules;
import dev.millipede.channel.Namespace;
import dev.millipede.channel.Namespaces;
import dev.millipede.channel.SubscribeRule;
import dev.millipede.config.ConfigCursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The section {@code namespaces}: an entry for each, laid key by key over that namespace's defaults. */
public final class NamespacesConfig {
    private static final List<String> REACHED_BY_VARIABLES = List.of("user", "room", Namespace.BROADCAST, "");

    private static final Duration LONGEST = Duration.ofDays(3_650);

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
                entry.bool("automatic", defaults.automatic()),
                entry.bool("userLimited", defaults.userLimited()),
                history(entry.section("history"), defaults.history()));
        if (namespace.automatic() && !namespace.mayBeAutomatic()) {
            entry.reject("automatic", "needs a named namespace with \"subscribe\": \"self\"");
        }
        if (namespace.userLimited() && namespace.subscribe() == SubscribeRule.SELF) {
            entry.reject("userLimited", "means nothing where \"subscribe\" is \"self\": the name holds one user id");
        }
        return namespace;
    }

    private static HistoryRules history(ConfigCursor section, HistoryRules defaults) {
        HistoryRules rules = new HistoryRules(
                section.integer("size", defaults.size(), 0, HistoryRules.MAX_SIZE),
                section.duration("ttl", defaults.ttl(), Duration.ofSeconds(1), LONGEST),
                section.duration("metaTtl", defaults.metaTtl(), Duration.ofSeconds(2), LONGEST),
                section.word("read", defaults.read()),
                section.word("recovery", defaults.recovery()));
        if (rules.metaTtl().compareTo(rules.ttl()) <= 0) {
            section.reject("metaTtl", "must be longer than ttl");
        }
        return rules;
    }
}
