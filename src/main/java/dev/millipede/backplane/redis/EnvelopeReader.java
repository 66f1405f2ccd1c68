package dev.millipede.backplane.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Payload;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an envelope of this version. Nothing is allocated by a length that was not checked. Confined to one call. */
final class EnvelopeReader {
    private final byte[] bytes;
    private int at = Envelope.PREFIX;

    private int seen;
    private long offset;
    private String epoch = "";
    private int mark;
    private String user = "";
    private String client = "";
    private @Nullable Payload connInfo;
    private @Nullable Payload chanInfo;
    private Map<String, String> tags = Map.of();

    /** Says that the bytes are no envelope; nobody reads where it was found. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed() {
            super(null, null, false, false);
        }
    }

    private EnvelopeReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads what follows lead and version.
     *
     * @param bytes at least as long as the prefix
     * @return null when they break off or contradict themselves
     */
    static @Nullable Publication read(Channel channel, byte[] bytes) {
        try {
            return new EnvelopeReader(bytes).publication(channel);
        } catch (Malformed e) {
            return null;
        }
    }

    private Publication publication(Channel channel) throws Malformed {
        int header = length(at - Integer.BYTES, bytes.length);
        int end = at + header;
        while (at < end) {
            readField(end);
        }
        return new Publication(channel, json(end, bytes.length), info(), position(), tags);
    }

    /** The length at this place, once it is known that so much is there behind the place and before {@code end}. */
    private int length(int place, int end) throws Malformed {
        int length = ByteBuffer.wrap(bytes).getInt(place);
        require(length >= 0 && length <= end - place - Integer.BYTES);
        return length;
    }

    private void readField(int headerEnd) throws Malformed {
        require(headerEnd - at >= Envelope.FIELD_PREFIX);
        int id = bytes[at];
        int from = at + Envelope.FIELD_PREFIX;
        int to = from + length(at + 1, headerEnd);
        switch (id) {
            case Envelope.OFFSET -> {
                once(id);
                require(to - from == Long.BYTES);
                offset = ByteBuffer.wrap(bytes).getLong(from);
            }
            case Envelope.EPOCH -> {
                once(id);
                epoch = text(from, to);
            }
            case Envelope.USER -> {
                once(id);
                user = text(from, to);
            }
            case Envelope.CLIENT -> {
                once(id);
                client = text(from, to);
            }
            case Envelope.CONN_INFO -> {
                once(id);
                connInfo = json(from, to);
            }
            case Envelope.CHAN_INFO -> {
                once(id);
                chanInfo = json(from, to);
            }
            case Envelope.MARK -> {
                once(id);
                require(to - from == Integer.BYTES);
                mark = ByteBuffer.wrap(bytes).getInt(from);
            }
            case Envelope.TAG -> readTag(from, to);
            default -> {}
        }
        at = to;
    }

    private void readTag(int from, int to) throws Malformed {
        require(to - from >= Short.BYTES);
        int keyFrom = from + Short.BYTES;
        int keyLength = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(from));
        require(keyLength <= to - keyFrom);
        int keyTo = keyFrom + keyLength;
        if (tags.isEmpty()) {
            tags = new LinkedHashMap<>();
        }
        require(tags.put(text(keyFrom, keyTo), text(keyTo, to)) == null);
    }

    private @Nullable ClientInfo info() throws Malformed {
        if (has(Envelope.CLIENT)) {
            return new ClientInfo(user, client, connInfo, chanInfo);
        }
        require(!has(Envelope.USER) && !has(Envelope.CONN_INFO) && !has(Envelope.CHAN_INFO));
        return null;
    }

    private @Nullable Position position() throws Malformed {
        require(has(Envelope.OFFSET) == has(Envelope.EPOCH));
        if (!has(Envelope.OFFSET)) {
            require(!has(Envelope.MARK));
            return null;
        }
        require(offset > 0 && Position.isEpoch(epoch));
        return new Position(epoch, offset, mark);
    }

    private void once(int id) throws Malformed {
        require(!has(id));
        seen |= 1 << id;
    }

    private boolean has(int id) {
        return (seen & 1 << id) != 0;
    }

    private Payload json(int from, int to) throws Malformed {
        require(from < to);
        for (int i = from; i < to; i++) {
            require(bytes[i] != '\n' && bytes[i] != '\r');
        }
        return Payload.ofValidated(Arrays.copyOfRange(bytes, from, to));
    }

    private String text(int from, int to) throws Malformed {
        int i = from;
        while (i < to && bytes[i] >= 0) {
            i++;
        }
        if (i == to) {
            return new String(bytes, from, to - from, ISO_8859_1);
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Malformed();
        }
    }

    private static void require(boolean holds) throws Malformed {
        if (!holds) {
            throw new Malformed();
        }
    }
}
