package dev.millipede.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Reads what a server sends after its 101, strictly: whole, unmasked frames. Confined to one reading thread. */
final class ServerFrames {
    private final DataInputStream in;
    private final Consumer<TestClient.Event> events;

    ServerFrames(DataInputStream in, Consumer<TestClient.Event> events) {
        this.in = in;
        this.events = events;
    }

    /** Reads one frame; false when it was the close frame. */
    boolean readOne() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((first & 0xF0) != 0x80 || (second & 0x80) != 0) {
            throw new IllegalStateException("not a whole, unmasked frame: " + first + ' ' + second);
        }
        byte[] payload = in.readNBytes(length(second));
        int opcode = first & 0x0F;
        switch (opcode) {
            case ClientFrames.TEXT -> {
                for (String line : new String(payload, UTF_8).split("\n", -1)) {
                    events.accept(new TestClient.Message(line));
                }
            }
            case ClientFrames.CLOSE -> {
                int code = payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xFFFF;
                String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
                events.accept(new TestClient.Closed(code, reason));
            }
            default -> events.accept(new TestClient.Control(opcode, new String(payload, UTF_8)));
        }
        return opcode != ClientFrames.CLOSE;
    }

    private int length(int second) throws IOException {
        return switch (second) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.toIntExact(in.readLong());
            default -> second;
        };
    }
}
