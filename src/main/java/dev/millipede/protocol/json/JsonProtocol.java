package dev.millipede.protocol.json;

import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.ErrorCode;
import dev.millipede.protocol.Protocol;
import dev.millipede.protocol.ServerMessage;
import java.util.List;

/**
 * The Centrifuge JSON format (client protocol §1–§6). Commands are joined by one {@code \n}; one after the last is allowed,
 * an empty line is not. Exactly one command an object: two are malformed. Unknown fields are ignored at every level, fields
 * of the wrong type are malformed. Members at zero are left out of what is encoded.
 */
public final class JsonProtocol implements Protocol {
    @Override
    public void decode(byte[] bytes, int offset, int length, CommandSink sink) throws MalformedCommandException {
        int end = offset + length;
        if (length > 0 && bytes[end - 1] == '\n') {
            end--;
        }
        int from = offset;
        boolean more = true;
        while (more) {
            int to = lineEnd(bytes, from, end);
            if (to == from) {
                throw new MalformedCommandException("an empty message or line");
            }
            Command command = CommandReader.read(bytes, from, to);
            more = sink.command(command) && to < end;
            from = to + 1;
        }
    }

    private static int lineEnd(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    @Override
    public byte[] encode(ServerMessage message) {
        JsonWriter writer = new JsonWriter();
        write(writer, message);
        writer.allocate();
        write(writer, message);
        return writer.finish();
    }

    @Override
    public byte[] encode(Publication publication) {
        JsonWriter writer = new JsonWriter();
        writePush(writer, publication);
        writer.allocate();
        writePush(writer, publication);
        return writer.finish();
    }

    @Override
    public byte[] encodeBody(Publication publication) {
        JsonWriter writer = new JsonWriter();
        writeBody(writer, publication);
        writer.allocate();
        writeBody(writer, publication);
        return writer.finish();
    }

    @Override
    public byte[] join(byte[]... messages) {
        int length = messages.length - 1;
        for (byte[] message : messages) {
            length += message.length;
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] message : messages) {
            if (at > 0) {
                joined[at++] = '\n';
            }
            System.arraycopy(message, 0, joined, at, message.length);
            at += message.length;
        }
        return joined;
    }

    private static void write(JsonWriter json, ServerMessage message) {
        json.open();
        if (message instanceof ServerMessage.Connected connected) {
            writeConnected(id(json, connected.id()), connected);
        } else if (message instanceof ServerMessage.Subscribed subscribed) {
            writeSubscription(id(json, subscribed.id()).key("subscribe"), subscribed.subscription());
        } else if (message instanceof ServerMessage.HistoryRead read) {
            writeHistory(id(json, read.id()).key("history"), read);
        } else if (message instanceof ServerMessage.Unsubscribed unsubscribed) {
            id(json, unsubscribed.id()).key("unsubscribe").open().close();
        } else if (message instanceof ServerMessage.Published published) {
            id(json, published.id()).key("publish").open().close();
        } else if (message instanceof ServerMessage.Refreshed refreshed) {
            id(json, refreshed.id()).key("refresh").open();
            writeSession(json, refreshed.client(), refreshed.version(), refreshed.ttl());
            json.close();
        } else if (message instanceof ServerMessage.SubRefreshed refreshed) {
            expires(id(json, refreshed.id()).key("sub_refresh").open(), refreshed.ttl())
                    .close();
        } else if (message instanceof ServerMessage.Failed failed) {
            writeError(id(json, failed.id()), failed.error());
        } else if (message instanceof ServerMessage.UnsubscribePush push) {
            writeUnsubscribe(json, push);
        } else if (message instanceof ServerMessage.SubscribePush push) {
            json.key("push").open().key("channel").string(push.channel());
            writeSubscription(json.key("subscribe"), ServerMessage.Subscription.from(push.position()));
            json.close();
        } else if (!(message instanceof ServerMessage.Ping)) {
            throw new AssertionError(message);
        }
        json.close();
    }

    private static JsonWriter id(JsonWriter json, long id) {
        return id == 0 ? json : json.key("id").number(id);
    }

    private static void writeConnected(JsonWriter json, ServerMessage.Connected connected) {
        json.key("connect").open();
        writeSession(json, connected.client(), connected.version(), connected.ttl());
        if (!connected.subscriptions().isEmpty()) {
            json.key("subs").open();
            connected.subscriptions().forEach((channel, each) -> writeSubscription(json.escapedKey(channel), each));
            json.close();
        }
        if (connected.ping() > 0) {
            json.key("ping").number(connected.ping()).key("pong").yes();
        }
        json.close();
    }

    private static void writeSubscription(JsonWriter json, ServerMessage.Subscription subscription) {
        expires(json.open(), subscription.ttl());
        Position position = subscription.position();
        if (position != null) {
            json.key("recoverable").yes().key("epoch").string(position.epoch());
        }
        if (!subscription.publications().isEmpty()) {
            writeArray(json.key("publications"), subscription.publications());
        }
        if (subscription.recovered()) {
            json.key("recovered").yes();
        }
        if (position != null) {
            if (position.offset() > 0) {
                json.key("offset").number(position.offset());
            }
            json.key("positioned").yes();
        }
        if (subscription.data() != null) {
            json.key("data").payload(subscription.data());
        }
        if (subscription.wasRecovering()) {
            json.key("was_recovering").yes();
        }
        json.close();
    }

    private static void writeHistory(JsonWriter json, ServerMessage.HistoryRead read) {
        writeArray(json.open().key("publications"), read.publications());
        json.key("epoch").string(read.top().epoch());
        json.key("offset").number(read.top().offset()).close();
    }

    private static void writeArray(JsonWriter json, List<byte[]> encoded) {
        json.openArray();
        encoded.forEach(json::element);
        json.closeArray();
    }

    private static void writeSession(JsonWriter json, String client, String version, int ttl) {
        text(json, "client", client);
        text(json, "version", version);
        expires(json, ttl);
    }

    private static JsonWriter expires(JsonWriter json, int ttl) {
        return ttl > 0 ? json.key("expires").yes().key("ttl").number(ttl) : json;
    }

    private static void writeError(JsonWriter json, ErrorCode error) {
        json.key("error").open().key("code").number(error.code());
        text(json, "message", error.message());
        if (error.temporary()) {
            json.key("temporary").yes();
        }
        json.close();
    }

    private static void writeUnsubscribe(JsonWriter json, ServerMessage.UnsubscribePush push) {
        json.key("push").open();
        text(json, "channel", push.channel());
        json.key("unsubscribe").open();
        if (push.code() != 0) {
            json.key("code").number(push.code());
        }
        String reason = push.reason();
        text(json, "reason", reason == null ? "" : reason);
        json.close().close();
    }

    private static void text(JsonWriter json, String name, String value) {
        if (!value.isEmpty()) {
            json.key(name).string(value);
        }
    }

    private static void writePush(JsonWriter json, Publication publication) {
        json.open().key("push").open();
        json.key("channel").string(publication.channel().name());
        writeBody(json.key("pub"), publication);
        json.close().close();
    }

    private static void writeBody(JsonWriter json, Publication publication) {
        json.open().key("data").payload(publication.data());
        ClientInfo info = publication.info();
        if (info != null) {
            json.key("info").open();
            json.key("user").string(info.user()).key("client").string(info.client());
            if (info.connInfo() != null) {
                json.key("conn_info").payload(info.connInfo());
            }
            if (info.chanInfo() != null) {
                json.key("chan_info").payload(info.chanInfo());
            }
            json.close();
        }
        if (publication.position() != null) {
            json.key("offset").number(publication.position().offset());
        }
        if (!publication.tags().isEmpty()) {
            json.key("tags").open();
            publication.tags().forEach((tag, value) -> json.escapedKey(tag).string(value));
            json.close();
        }
        json.close();
    }
}
