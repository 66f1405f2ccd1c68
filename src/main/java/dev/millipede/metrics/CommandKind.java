package dev.millipede.metrics;

/** The commands of clients as metrics tell them apart. */
public enum CommandKind {
    CONNECT("connect"),
    SUBSCRIBE("subscribe"),
    UNSUBSCRIBE("unsubscribe"),
    PUBLISH("publish"),
    HISTORY("history"),
    REFRESH("refresh"),
    SUB_REFRESH("sub_refresh"),
    SEND("send"),
    PONG("pong"),
    /** Commands that exist in the protocol but not yet here. */
    NOT_AVAILABLE("not_available");

    private final String label;

    CommandKind(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
