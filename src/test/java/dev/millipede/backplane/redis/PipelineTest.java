package dev.millipede.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PipelineTest {
    @Test
    void whatTheClientSaysOfABatchTellsWhichCommandsWereRefused() {
        assertThat(Pipeline.refused("ERR [1] NOSCRIPT No matching script.\nERR [12] NOPERM no\r\nmore ERR [3] x"))
                .hasSize(2)
                .containsEntry(1, "NOSCRIPT No matching script.")
                .containsEntry(12, "NOPERM no");
        assertThat(Pipeline.refused("Connection is closed")).isEmpty();
    }
}
