package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.backplane.Skipped;
import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A publication as nodes write it for each other. Stateless and safe on any thread. All numbers are unsigned and
 * big-endian:
 *
 * <pre>
 * 0xFF                  never a byte of UTF-8, so no plain message begins with it
 * version               1 byte: 0x01
 * header length         4 bytes
 * header                fields, each: id (1 byte), length (4 bytes), that many bytes
 * payload               the rest: one JSON value without line breaks
 * </pre>
 *
 * <table>
 * <caption>Fields; none has to be there, only a tag may be there more than once, each for a key of its own</caption>
 * <tr><td>1</td><td>offset, 8 bytes, from 1 to 2<sup>63</sup>-1; with 2 only</td></tr>
 * <tr><td>2</td><td>epoch, ASCII; with 1 only</td></tr>
 * <tr><td>3</td><td>info: user, UTF-8; left out when empty; with 4 only</td></tr>
 * <tr><td>4</td><td>info: client, UTF-8; there is an info when this is there</td></tr>
 * <tr><td>5</td><td>info: connInfo, one JSON value without line breaks; with 4 only</td></tr>
 * <tr><td>6</td><td>a tag: length of its key (2 bytes), key, value, both UTF-8</td></tr>
 * <tr><td>7</td><td>mark of the position, 4 bytes; left out when 0; with 1 only</td></tr>
 * <tr><td>8</td><td>info: chanInfo, as connInfo; with 4 only</td></tr>
 * <tr><td>other</td><td>skipped: a newer node of this version may write some</td></tr>
 * </table>
 *
 * <p>Publishers write none of 1, 2 and 7: the script that gives a position puts them in front of the other fields.
 */
final class Envelope {
    static final byte LEAD = (byte) 0xFF;
    static final byte VERSION = 1;

    /** Lead, version and header length. */
    static final int PREFIX = 1 + 1 + Integer.BYTES;

    /** A field's id and length. */
    static final int FIELD_PREFIX = 1 + Integer.BYTES;

    static final int OFFSET = 1;
    static final int EPOCH = 2;
    static final int USER = 3;
    static final int CLIENT = 4;
    static final int CONN_INFO = 5;
    static final int TAG = 6;
    static final int MARK = 7;
    static final int CHAN_INFO = 8;

    private static final int MAX_TAG_KEY = 0xFFFF;

    /** What a message turned out to be. */
    sealed interface Opened {
        /** A publication. */
        record Whole(Publication publication) implements Opened {}

        /** No publication. */
        record Refused(Skipped why) implements Opened {}
    }

    private Envelope() {}

    /** Whether a message claims to be one: else it is a plain message of somebody else. */
    static boolean isOne(byte[] message) {
        return message.length > 0 && message[0] == LEAD;
    }

    /**
     * Opens what {@link #isOne} an envelope. Its bytes are untrusted, but neither payload nor infos are parsed: only that
     * they have no line breaks, which would end a line on sockets, is seen to.
     */
    static Opened decode(Channel channel, byte[] message) {
        if (message.length > 1 && message[1] != VERSION) {
            return new Opened.Refused(Skipped.UNKNOWN_VERSION);
        }
        Publication publication = message.length < PREFIX ? null : EnvelopeReader.read(channel, message);
        return publication == null ? new Opened.Refused(Skipped.MALFORMED) : new Opened.Whole(publication);
    }

    /** @throws IllegalArgumentException when a tag's key is longer than 65,535 bytes */
    static byte[] encode(Publication publication) {
        List<byte[]> fields = fields(publication);
        int header = 0;
        for (byte[] field : fields) {
            header = Math.addExact(header, field.length);
        }
        byte[] payload = publication.data().bytes();
        ByteBuffer out = ByteBuffer.allocate(Math.addExact(PREFIX + header, payload.length));
        out.put(LEAD).put(VERSION).putInt(header);
        fields.forEach(out::put);
        return out.put(payload).array();
    }

    private static List<byte[]> fields(Publication publication) {
        Position position = publication.position();
        ClientInfo info = publication.info();
        Map<String, String> tags = publication.tags();
        if (position == null && info == null && tags.isEmpty()) {
            return List.of();
        }
        List<byte[]> fields = new ArrayList<>();
        if (position != null) {
            fields.add(field(OFFSET, Long.BYTES).putLong(position.offset()).array());
            fields.add(field(EPOCH, position.epoch().getBytes(US_ASCII)));
            if (position.mark() != 0) {
                fields.add(field(MARK, Integer.BYTES).putInt(position.mark()).array());
            }
        }
        if (info != null) {
            addInfo(fields, info);
        }
        tags.forEach((key, value) -> fields.add(tag(key.getBytes(UTF_8), value.getBytes(UTF_8))));
        return fields;
    }

    private static void addInfo(List<byte[]> fields, ClientInfo info) {
        if (!info.user().isEmpty()) {
            fields.add(field(USER, info.user().getBytes(UTF_8)));
        }
        fields.add(field(CLIENT, info.client().getBytes(UTF_8)));
        if (info.connInfo() != null) {
            fields.add(field(CONN_INFO, info.connInfo().bytes()));
        }
        if (info.chanInfo() != null) {
            fields.add(field(CHAN_INFO, info.chanInfo().bytes()));
        }
    }

    private static byte[] tag(byte[] key, byte[] value) {
        if (key.length > MAX_TAG_KEY) {
            throw new IllegalArgumentException("the key of a tag is longer than " + MAX_TAG_KEY + " bytes");
        }
        return field(TAG, Short.BYTES + key.length + value.length)
                .putShort((short) key.length)
                .put(key)
                .put(value)
                .array();
    }

    private static byte[] field(int id, byte[] content) {
        return field(id, content.length).put(content).array();
    }

    /** A field whose content is still to be put behind its length. */
    private static ByteBuffer field(int id, int length) {
        return ByteBuffer.allocate(FIELD_PREFIX + length).put((byte) id).putInt(length);
    }
}
