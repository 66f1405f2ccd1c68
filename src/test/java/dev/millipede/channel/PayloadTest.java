package dev.millipede.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadTest {
    private final byte[] bytes = "{\"text\":\"grüß dich\"}".getBytes(UTF_8);

    @Test
    void theBytesAreHandedOnAsTheyAreNotCopied() {
        assertThat(Payload.ofValidated(bytes).bytes()).isSameAs(bytes);
    }

    @Test
    void theLengthIsInBytes() {
        assertThat(Payload.ofValidated(bytes).length()).isEqualTo(22);
    }

    @Test
    void inPrintItIsItsText() {
        assertThat(Payload.ofValidated(bytes)).hasToString("{\"text\":\"grüß dich\"}");
    }
}
