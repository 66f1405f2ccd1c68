package dev.millipede.protocol;

import dev.millipede.channel.Publication;

/** A wire format: bytes to commands, messages to bytes. Stateless and safe on any thread. */
public interface Protocol {
    /**
     * Decodes the commands of one WebSocket message in order and hands each to the sink before reading the next, so that
     * what precedes a malformed command is still carried out.
     *
     * @param bytes valid UTF-8 where the format is text; read only during the call
     * @throws MalformedCommandException when the message is empty or something in it is not a command
     */
    void decode(byte[] bytes, int offset, int length, CommandSink sink) throws MalformedCommandException;

    /** Encodes one message, without its WebSocket frame header. */
    byte[] encode(ServerMessage message);

    /** Encodes the push of a publication, once per node, without its WebSocket frame header. */
    byte[] encode(Publication publication);

    /** Encodes a publication as it stands in the reply to a recovery or a history command. */
    byte[] encodeBody(Publication publication);

    /**
     * Joins messages encoded by this protocol to one that is decoded as all of them, in order.
     *
     * @param messages at least one
     */
    byte[] join(byte[]... messages);

    /** Takes commands as they are decoded. */
    interface CommandSink {
        /**
         * Takes the next command of the message.
         *
         * @return false to leave the rest of the message undecoded, because the connection is closing
         */
        boolean command(Command command);
    }

    /** The bytes are not a command of this protocol; the connection is closed with {@link CloseCode#BAD_REQUEST}. */
    final class MalformedCommandException extends Exception {
        private static final long serialVersionUID = 1L;

        public MalformedCommandException(String message) {
            super(message, null, false, false);
        }
    }
}
