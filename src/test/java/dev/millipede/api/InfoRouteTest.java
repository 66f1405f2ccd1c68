package dev.millipede.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord.NodeStatus;
import dev.millipede.bus.NodeRecord.NodesKnown;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InfoRouteTest {
    private static final NodeStatus HERE = new NodeStatus("uid-1", "here_9000", "0.1.0", 15, 12, 32, 4, 90);
    private static final NodeStatus THERE = new NodeStatus("uid-2", "there_9000", "0.2.0", 1, 2, 3, 5, 7);

    private final ApiFixture api = ApiFixture.start();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void infoSaysWhatIsKnownOfEachNode() {
        nodes(asked -> LocalBus.reply(asked, new NodesKnown(List.of(HERE, THERE))));

        JsonObject answer = new JsonObject(api.call("info", "{}").body());

        assertThat(answer).isEqualTo(new JsonObject("""
                        {"result":{"nodes":[
                        {"uid":"uid-1","name":"here_9000","version":"0.1.0","num_clients":15,
                        "num_users":12,"num_subs":32,"num_channels":4,"uptime":90},
                        {"uid":"uid-2","name":"there_9000","version":"0.2.0","num_clients":1,
                        "num_users":2,"num_subs":3,"num_channels":5,"uptime":7}]}}"""));
    }

    @Test
    void aNodeThatCannotCountItselfIsAnInternalError() {
        nodes(asked -> asked.fail(0, "an instance does not answer"));

        assertThat(api.call("info", "{}").body()).contains("\"code\":100");
    }

    private void nodes(Consumer<Message<BusRecord>> answer) {
        ApiFixture.await(
                api.bus.<BusRecord>consume(LocalBus.NODES, answer::accept).completion());
    }
}
