package dev.millipede.config;

import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How secrets look wherever a configuration is printed. */
public final class Mask {
    /** Stands for a secret; says neither its length nor its start. */
    public static final String HIDDEN = "***";

    private static final Pattern QUERY_PASSWORD = Pattern.compile("(?i)([?&](?:password|pass|auth)=)[^&#]*");

    private Mask() {}

    /** {@code ***}, or {@code none}. */
    public static String secret(@Nullable String secret) {
        return secret == null ? "none" : HIDDEN;
    }

    /** As many {@code ***} as there are secrets. */
    public static String secrets(Collection<String> secrets) {
        return secrets.stream().map(each -> HIDDEN).toList().toString();
    }

    /** A URI without its user, password and {@code password=} parameter. */
    public static String uri(String uri) {
        int scheme = uri.indexOf("://");
        int user = scheme < 0 ? 0 : scheme + 3;
        int at = uri.lastIndexOf('@');
        String open = at < user ? uri : uri.substring(0, user) + HIDDEN + uri.substring(at);
        return QUERY_PASSWORD.matcher(open).replaceAll("$1" + HIDDEN);
    }
}
