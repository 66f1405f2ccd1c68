package dev.millipede.websocket;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.millipede.fuzz.Held;
import dev.millipede.fuzz.Input;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What stands before a client's first byte: a header or the end, however it was cut. */
class ProxyHeaderFuzzTest {
    @FuzzTest
    void aConnectionBeginsWithAHeaderOrEnds(byte[] bytes) {
        Input input = new Input(bytes);
        int longest = 1 + input.below(40);
        byte[] sent = input.rest();
        Outcome whole = read(sent, Math.max(1, sent.length));
        Outcome cut = read(sent, longest);
        Held.that(whole.equals(cut), () -> cut + " in pieces of " + longest + ", " + whole + " in one");
        Held.that(!whole.rejected || (whole.client == null && whole.behind == 0), "rejected, and taken all the same");
        Held.that(whole.behind < Math.max(1, sent.length), "nothing was the header");
        Held.within(64L * sent.length + 262_144, () -> read(sent, longest));
    }

    /**
     * @param behind bytes that went on to what stands behind
     * @param hash of those
     */
    private record Outcome(@Nullable InetAddress client, boolean rejected, int behind, int hash) {}

    private static Outcome read(byte[] sent, int size) {
        EmbeddedChannel channel = new EmbeddedChannel();
        int[] rejections = {0};
        ProxyHeader.expect(channel, () -> rejections[0]++);
        ProxyHeader header = channel.pipeline().get(ProxyHeader.class);
        for (int at = 0; at < sent.length && channel.isOpen(); at += size) {
            channel.writeInbound(Unpooled.copiedBuffer(sent, at, Math.min(size, sent.length - at)));
        }
        boolean refused = rejections[0] > 0;
        Held.that(channel.isOpen() != refused, "refused and open, or neither");
        ByteBuf behind = Unpooled.buffer();
        for (ByteBuf each = channel.readInbound(); each != null; each = channel.readInbound()) {
            behind.writeBytes(each);
            each.release();
        }
        channel.finishAndReleaseAll();
        Held.that(rejections[0] <= 1, "rejected twice");
        return new Outcome(header.client(), refused, behind.readableBytes(), behind.hashCode());
    }
}
