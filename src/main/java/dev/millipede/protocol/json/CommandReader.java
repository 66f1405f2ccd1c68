package dev.millipede.protocol.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Since;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one command on a line. The id may stand before or after the command; a field that occurs twice counts with its
 * last value; {@code null} stands for a field that is absent, except as the data of a publish, where it is the value null.
 */
final class CommandReader {
    private static final long MAX_ID = 0xFFFF_FFFFL;
    private static final int MAX_ID_DIGITS = 10;

    /** In {@code flag}: the client wants error 112 rather than a subscription that is not recovered. */
    private static final long STRICT_FLAG = 2;

    /** The commands of client protocol §2 by the fields that matter here. {@code ping} is none: no client may send it. */
    private enum Kind {
        CONNECT,
        SUBSCRIBE,
        UNSUBSCRIBE,
        PUBLISH,
        HISTORY,
        REFRESH,
        SUB_REFRESH,
        SEND,
        NOT_AVAILABLE;

        static @Nullable Kind named(String name) {
            return switch (name) {
                case "connect" -> CONNECT;
                case "subscribe" -> SUBSCRIBE;
                case "unsubscribe" -> UNSUBSCRIBE;
                case "publish" -> PUBLISH;
                case "history" -> HISTORY;
                case "refresh" -> REFRESH;
                case "sub_refresh" -> SUB_REFRESH;
                case "send" -> SEND;
                case "presence", "presence_stats", "rpc" -> NOT_AVAILABLE;
                default -> null;
            };
        }

        boolean hasChannel() {
            return switch (this) {
                case SUBSCRIBE, UNSUBSCRIBE, PUBLISH, HISTORY, SUB_REFRESH -> true;
                case CONNECT, REFRESH, SEND, NOT_AVAILABLE -> false;
            };
        }

        boolean hasToken() {
            return this == CONNECT || this == SUBSCRIBE || this == REFRESH || this == SUB_REFRESH;
        }
    }

    private final JsonParser parser;
    private final FieldReader value;
    private final byte[] bytes;
    private final int base;

    private long id;
    private @Nullable Kind kind;
    private String channel = "";
    private @Nullable String token;
    private @Nullable Payload data;
    private final SinceFields seen = new SinceFields();
    private long flag;
    private Map<String, Since> subs = Map.of();
    private int limit;
    private @Nullable Since since;
    private boolean reverse;

    private CommandReader(JsonParser parser, byte[] bytes, int base) {
        this.parser = parser;
        this.value = new FieldReader(parser);
        this.bytes = bytes;
        this.base = base;
    }

    /** Reads the line from {@code from} up to {@code to}, without its line break. */
    static Command read(byte[] bytes, int from, int to) throws MalformedCommandException {
        try (JsonParser parser = Json.parser(bytes, from, to)) {
            CommandReader reader = new CommandReader(parser, bytes, from);
            reader.readEnvelope();
            return reader.command();
        } catch (IOException e) {
            throw new MalformedCommandException("not JSON, or nested too deep");
        }
    }

    private void readEnvelope() throws IOException, MalformedCommandException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedCommandException("not an object");
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            Kind named = Kind.named(name);
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            if (named != null) {
                readBody(named, value);
            } else if (name.equals("id")) {
                id = readId(value);
            } else {
                parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw new MalformedCommandException("more than an object on a line");
        }
    }

    private long readId(JsonToken value) throws IOException, MalformedCommandException {
        if (value == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= MAX_ID_DIGITS) {
            long number = parser.getLongValue();
            if (number >= 0 && number <= MAX_ID) {
                return number;
            }
        }
        throw new MalformedCommandException("id is not an unsigned 32-bit integer");
    }

    private void readBody(Kind body, JsonToken first) throws IOException, MalformedCommandException {
        if (kind != null) {
            throw new MalformedCommandException("two commands in one object");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new MalformedCommandException("a command that is not an object");
        }
        kind = body;
        for (String name = value.next(); name != null; name = value.next()) {
            if (!readField(body, name)) {
                value.skip();
            }
        }
    }

    /** Reads a field of a command's body; false when it is none that matters. */
    private boolean readField(Kind body, String name) throws IOException, MalformedCommandException {
        if (body.hasChannel() && name.equals("channel")) {
            String text = value.text();
            channel = text == null ? "" : text;
            return true;
        }
        if (body.hasToken() && name.equals("token")) {
            token = value.text();
            return true;
        }
        return switch (body) {
            case CONNECT -> readConnectField(name);
            case SUBSCRIBE -> readSubscribeField(name);
            case PUBLISH -> readPublishField(name);
            case HISTORY -> readHistoryField(name);
            case UNSUBSCRIBE, REFRESH, SUB_REFRESH, SEND, NOT_AVAILABLE -> false;
        };
    }

    private boolean readConnectField(String name) throws IOException, MalformedCommandException {
        if (name.equals("subs")) {
            subs = SinceFields.readSubs(value);
            return true;
        }
        return false;
    }

    private boolean readSubscribeField(String name) throws IOException, MalformedCommandException {
        if (name.equals("flag")) {
            flag = value.int64();
            return true;
        }
        return seen.take(name, value);
    }

    private boolean readPublishField(String name) throws IOException {
        if (name.equals("data")) {
            data = JsonPayload.value(parser, bytes, base);
            return true;
        }
        return false;
    }

    private boolean readHistoryField(String name) throws IOException, MalformedCommandException {
        switch (name) {
            case "limit" -> limit = value.int32();
            case "since" -> since = SinceFields.readSince(value);
            case "reverse" -> reverse = value.bool();
            default -> {
                return false;
            }
        }
        return true;
    }

    private Command command() throws MalformedCommandException {
        if (kind == Kind.SEND) {
            return new Command.Send();
        }
        if (id == 0) {
            return new Command.Pong();
        }
        if (kind == null) {
            throw new MalformedCommandException("no known command");
        }
        return switch (kind) {
            case CONNECT -> new Command.Connect(id, token, subs);
            case SUBSCRIBE -> new Command.Subscribe(id, channel, token, seen.toRecover(), (flag & STRICT_FLAG) != 0);
            case UNSUBSCRIBE -> new Command.Unsubscribe(id, channel);
            case PUBLISH -> new Command.Publish(id, channel, data);
            case HISTORY -> new Command.History(id, channel, limit, since, reverse);
            case REFRESH -> new Command.Refresh(id, token == null ? "" : token);
            case SUB_REFRESH -> new Command.SubRefresh(id, channel, token == null ? "" : token);
            case SEND, NOT_AVAILABLE -> new Command.NotAvailable(id);
        };
    }
}
