package dev.millipede.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keeps development mode, where whoever asks may be anybody, to programs and pages of this machine: no name that a page
 * elsewhere could have pointed at loopback, no proxy in between, no request that a page of another origin caused.
 */
public final class DevelopmentGuard {
    private static final int PASSES = 0;
    private static final int MISDIRECTED = 421;
    private static final int FORBIDDEN = 403;

    private static final Pattern LOCAL =
            Pattern.compile("(?:localhost|127\\.0\\.0\\.1|\\[::1])(?::\\d{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final Set<String> OF_PROXIES = Set.of("forwarded", "x-real-ip", "via");
    private static final Set<String> OWN_PAGES = Set.of("same-origin", "none");

    private DevelopmentGuard() {}

    /** Adds the guard in front of every route added after it. */
    public static void mount(Router router) {
        router.route().handler(context -> {
            int refusal = refusal(context.request());
            if (refusal == PASSES) {
                context.next();
            } else {
                Answer.empty(context.request(), refusal);
            }
        });
    }

    /** The HTTP status to refuse the request with, 421 or 403; 0 when it passes. Pure; also for handshakes. */
    public static int refusal(HttpServerRequest request) {
        if (!isForThisMachine(request) || isForwarded(request)) {
            return MISDIRECTED;
        }
        List<String> sites = request.headers().getAll("Sec-Fetch-Site");
        return OWN_PAGES.containsAll(sites) ? PASSES : FORBIDDEN;
    }

    /** The request line may name another host than the header does, so it must name none. */
    private static boolean isForThisMachine(HttpServerRequest request) {
        List<String> hosts = request.headers().getAll("Host");
        HostAndPort authority = request.authority();
        if (authority == null || !request.uri().startsWith("/")) {
            return false;
        }
        return request.version() == HttpVersion.HTTP_2
                ? hosts.stream().allMatch(DevelopmentGuard::isLocal) && isLocal(authority.toString())
                : hosts.size() == 1 && isLocal(hosts.get(0));
    }

    private static boolean isLocal(String host) {
        return LOCAL.matcher(host).matches();
    }

    private static boolean isForwarded(HttpServerRequest request) {
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (OF_PROXIES.contains(name) || name.startsWith("x-forwarded-")) {
                return true;
            }
        }
        return false;
    }
}
