package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commands as a client would write them, with fields that mean nothing. */
final class Rewritten {
    private final StringBuilder json = new StringBuilder("{");

    private Rewritten() {}

    /** The line of a command; a pong becomes that of the protocol. */
    static byte[] line(Command command) {
        Rewritten writing = new Rewritten();
        writing.write(command);
        return writing.json.append('}').toString().getBytes(UTF_8);
    }

    private void write(Command command) {
        if (command instanceof Command.Connect connect) {
            open(connect.id(), "connect").token(connect.token()).subs(connect.subs());
        } else if (command instanceof Command.Subscribe subscribe) {
            open(subscribe.id(), "subscribe")
                    .text("channel", subscribe.channel())
                    .token(subscribe.token());
            if (subscribe.since() != null) {
                json.append(",\"recover\":true");
                since(subscribe.since());
            }
            json.append(subscribe.strict() ? ",\"flag\":2" : "");
        } else if (command instanceof Command.Unsubscribe unsubscribe) {
            open(unsubscribe.id(), "unsubscribe").text("channel", unsubscribe.channel());
        } else if (command instanceof Command.Publish publish) {
            open(publish.id(), "publish").text("channel", publish.channel());
            json.append(publish.data() == null ? "" : ",\"data\":" + publish.data());
        } else if (command instanceof Command.History history) {
            open(history.id(), "history").text("channel", history.channel());
            json.append(",\"limit\":")
                    .append(history.limit())
                    .append(",\"reverse\":")
                    .append(history.reverse());
            if (history.since() != null) {
                json.append(",\"since\":{\"z\":0");
                since(history.since());
                json.append('}');
            }
        } else if (command instanceof Command.Refresh refresh) {
            open(refresh.id(), "refresh").token(refresh.token());
        } else if (command instanceof Command.SubRefresh refresh) {
            open(refresh.id(), "sub_refresh").text("channel", refresh.channel()).token(refresh.token());
        } else if (command instanceof Command.NotAvailable missing) {
            open(missing.id(), "rpc");
        } else if (command instanceof Command.Send) {
            json.append("\"send\":{");
        } else {
            return;
        }
        json.append('}');
    }

    private Rewritten open(long id, String kind) {
        json.append("\"id\":").append(id).append(",\"").append(kind).append("\":{\"zz\":[{}]");
        return this;
    }

    private Rewritten text(String name, String value) {
        json.append(",\"").append(name).append("\":\"").append(escaped(value)).append('"');
        return this;
    }

    private Rewritten token(@Nullable String token) {
        return token == null ? this : text("token", token);
    }

    private void since(Since since) {
        text("epoch", since.epoch());
        json.append(",\"offset\":").append(since.offset());
    }

    private void subs(Map<String, Since> subs) {
        json.append(",\"subs\":{");
        String comma = "";
        for (Map.Entry<String, Since> each : subs.entrySet()) {
            json.append(comma).append('"').append(escaped(each.getKey())).append("\":{\"recover\":true");
            since(each.getValue());
            json.append('}');
            comma = ",";
        }
        json.append('}');
    }

    /** A string's text with escapes for all that is not printable ASCII, for quotes and backslashes. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        return escaped.toString();
    }
}
