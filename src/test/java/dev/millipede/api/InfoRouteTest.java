package dev.millipede.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.bus.BusRecord;
import dev.millipede.bus.LocalBus;
import dev.millipede.bus.NodeRecord;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class InfoRouteTest {
    private final ApiFixture api = ApiFixture.start();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void infoAddsUpTheInstancesAndAsksTheRouter() {
        answer(LocalBus.instance(0), new NodeRecord.InstanceStatus(0, 10, 25));
        answer(LocalBus.instance(1), new NodeRecord.InstanceStatus(1, 5, 7));
        answer(LocalBus.ROUTER, new NodeRecord.RouterStatus(4, 12));

        JsonObject answer = new JsonObject(api.call("info", "{}").body());

        assertThat(answer).isEqualTo(new JsonObject("""
                        {"result":{"nodes":[{"uid":"uid-1","name":"here_9000","version":"0.1.0","num_clients":15,
                        "num_users":12,"num_subs":32,"num_channels":4,"uptime":90}]}}"""));
    }

    @Test
    void anInstanceThatDoesNotAnswerIsAnInternalErrorAndNotASmallerSum() {
        answer(LocalBus.instance(0), new NodeRecord.InstanceStatus(0, 10, 25));
        answer(LocalBus.ROUTER, new NodeRecord.RouterStatus(4, 12));

        assertThat(api.call("info", "{}").body()).contains("\"code\":100");
    }

    private void answer(String address, BusRecord status) {
        ApiFixture.await(api.bus
                .consume(address, message -> LocalBus.reply(message, status))
                .completion());
    }
}
