package dev.millipede.channel;

import java.util.regex.Pattern;

/**
 * The rules of one kind of channel.
 *
 * @param name what stands before the first colon of its channels' names; empty for names without a namespace
 * @param subscribe who may subscribe
 * @param publish who may publish
 * @param automatic whether connections are subscribed by the server when they connect: each user to the channel of her
 *     id where {@code subscribe} is {@link SubscribeRule#SELF}, every connection to the one channel {@code broadcast}
 *     of the namespace of that name
 * @param userLimited whether the users that a channel's name lists after {@code #} may subscribe to it; nobody else may
 *     without a token, in any case
 * @param history what is kept of its channels
 */
public record Namespace(
        String name,
        SubscribeRule subscribe,
        PublishRule publish,
        boolean automatic,
        boolean userLimited,
        HistoryRules history) {
    /** The name of the namespace that is one exact channel. */
    public static final String BROADCAST = "broadcast";

    private static final Pattern NAME = Pattern.compile("[-a-zA-Z0-9_.]{2,}");

    /** One without lists of users. */
    public Namespace(
            String name, SubscribeRule subscribe, PublishRule publish, boolean automatic, HistoryRules history) {
        this(name, subscribe, publish, automatic, false, history);
    }

    /** One that keeps no history. */
    public Namespace(String name, SubscribeRule subscribe, PublishRule publish, boolean automatic) {
        this(name, subscribe, publish, automatic, HistoryRules.NONE);
    }

    /** The rules of a namespace that says nothing: subscribe authenticated, publish server, not automatic. */
    public static Namespace named(String name) {
        return new Namespace(name, SubscribeRule.AUTHENTICATED, PublishRule.SERVER, false);
    }

    /** Whether {@code name} can be a namespace: two or more of letters, digits, {@code - _ .}; or empty. */
    public static boolean isName(String name) {
        return name.isEmpty() || NAME.matcher(name).matches();
    }

    /** Whether these rules say which channel an automatic subscription would be to. */
    public boolean mayBeAutomatic() {
        return name.equals(BROADCAST) || (subscribe == SubscribeRule.SELF && !name.isEmpty());
    }
}
