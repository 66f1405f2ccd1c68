package dev.millipede.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.support.Eventually;
import dev.millipede.support.LogErrors;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LogErrors.class)
class LocalBusTest {
    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger foreign = new AtomicInteger();
    private final AtomicInteger records = new AtomicInteger();
    private final LocalBus bus = LocalBus.open(vertx, foreign::incrementAndGet);

    @AfterEach
    void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aConsumerGetsRecordsAndWhatIsNoneIsCountedAndDropped() {
        bus.<BusRecord>consume(LocalBus.ROUTER, message -> {
            assertThat(message.body()).isInstanceOf(BusRecord.class);
            records.incrementAndGet();
        });

        vertx.eventBus().send(LocalBus.ROUTER, "text");
        vertx.eventBus().send(LocalBus.ROUTER, new JsonObject());
        vertx.eventBus().send(LocalBus.ROUTER, Buffer.buffer("bytes"));
        vertx.eventBus().send(LocalBus.ROUTER, null);
        vertx.eventBus().publish(LocalBus.ROUTER, 42);
        bus.send(LocalBus.ROUTER, new NodeRecord.AskRouter());

        Eventually.until(records::get, count -> count == 1);
        assertThat(foreign).hasValue(5);
    }
}
