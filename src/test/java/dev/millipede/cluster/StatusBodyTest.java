package dev.millipede.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.NodeRecord.NodeStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusBodyTest {
    private static final NodeStatus STATUS =
            new NodeStatus("uid-1", "10.0.0.7_8000", "0.1.0 (a1b2c3d)", 15, 12, 32, 4, 1L << 40);

    @Test
    void whatIsWrittenIsRead() {
        assertThat(StatusBody.read("uid-1", StatusBody.write(STATUS))).isEqualTo(STATUS);
    }

    @Test
    void hostsOfAllLanguagesHaveNames() {
        NodeStatus status = new NodeStatus("uid-1", "b\u00fccher.example_8000", "1", 0, 0, 0, 0, 0);

        assertThat(StatusBody.read("uid-1", StatusBody.write(status))).isEqualTo(status);
    }

    @Test
    void whatLaterVersionsAddIsIgnored() {
        JsonObject later = StatusBody.write(STATUS).toJsonObject().put("draining", true);

        assertThat(StatusBody.read("uid-1", later.toBuffer())).isEqualTo(STATUS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\"name\"",
                "{}",
                "{'name':1}",
                "{'name':''}",
                "{'name':'two\\nlines'}",
                "{'name':'two\u2028lines'}",
                "{'version':null}",
                "{'connections':-1}",
                "{'connections':2147483648}",
                "{'users':'12'}",
                "{'subscriptions':{}}",
                "{'channels':null}",
                "{'uptime':-1}"
            })
    void whatIsNoStatusIsNotRead(String change) {
        String json = change.replace('\'', '"');
        Buffer body = json.length() < 3 || !json.startsWith("{")
                ? Buffer.buffer(json)
                : StatusBody.write(STATUS)
                        .toJsonObject()
                        .mergeIn(new JsonObject(json))
                        .toBuffer();

        assertThat(StatusBody.read("uid-1", body)).isNull();
    }

    @Test
    void deepNestingIsNotReadEither() {
        assertThat(StatusBody.read("uid-1", Buffer.buffer("{\"name\":" + "[".repeat(15_000))))
                .isNull();
    }
}
