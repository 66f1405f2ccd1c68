package dev.millipede.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millipede.protocol.Protocol.MalformedCommandException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class JsonNamesTest {
    private static final int MESSAGES = 20_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final JsonProtocol protocol = new JsonProtocol();

    /** Many clients use ids for keys; before, such a message cost 210 KB. */
    @Test
    void aMessageWithAFieldThatNobodyHasSeenCostsAFewKilobytes() throws MalformedCommandException {
        long allocated = 0;
        for (int i = 0; i < MESSAGES; i++) {
            byte[] message =
                    ("{\"id\":1,\"publish\":{\"channel\":\"room:1\",\"data\":{\"" + i + "\":1}}}").getBytes(UTF_8);
            long before = threads.getCurrentThreadAllocatedBytes();
            protocol.decode(message, 0, message.length, command -> true);
            allocated += threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated / MESSAGES).isLessThan(16_000);
    }
}
