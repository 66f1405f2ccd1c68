package dev.millipede.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Revocation;
import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.support.FakeRevocations.Kept;
import dev.millipede.support.RawHttp;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RevokeRouteTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Revocable ALL = new Revocable(true, true, DAY);

    private static String call(ApiFixture api, String body) {
        return api.call("revoke", body).body();
    }

    private static int code(String answer) {
        return new JsonObject(answer).getJsonObject("error").getInteger("code");
    }

    @Test
    void aUserOrATokenIsRevokedForAsLongAsConfigured() {
        try (ApiFixture api = ApiFixture.start(ALL)) {
            assertThat(call(api, "{\"user\":\"42\"}")).isEqualTo("{\"result\":{}}");
            assertThat(call(api, "{\"token\":\"id-1\",\"user\":null}")).isEqualTo("{\"result\":{}}");

            assertThat(api.revocations.revoked())
                    .containsExactly(new Kept(new OfUser("42"), DAY), new Kept(Revocation.ofId("id-1"), DAY));
            assertThat(api.metrics.scrape())
                    .contains("millipede_revocations_total{kind=\"user\"} 1.0")
                    .contains("millipede_revocations_total{kind=\"token\"} 1.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"user\":\"\"}", "{\"user\":\"42\",\"token\":\"id-1\"}", "{\"usr\":\"42\"}"})
    void exactlyOneOfThemHasToBeSaid(String body) {
        try (ApiFixture api = ApiFixture.start(ALL)) {
            assertThat(code(call(api, body))).isEqualTo(107);
            assertThat(api.revocations.revoked()).isEmpty();
        }
    }

    @Test
    void whatIsLongerThanAnyIdIsABadRequest() {
        try (ApiFixture api = ApiFixture.start(ALL)) {
            assertThat(code(call(api, "{\"user\":\"" + "x".repeat(4_097) + "\"}")))
                    .isEqualTo(107);
            assertThat(code(call(api, "{\"token\":\"" + "x".repeat(4_097) + "\"}")))
                    .isEqualTo(107);
        }
    }

    @Test
    void whatIsOffIsNotAvailable() {
        try (ApiFixture users = ApiFixture.start(new Revocable(true, false, DAY));
                ApiFixture tokens = ApiFixture.start(new Revocable(false, true, DAY))) {
            assertThat(code(call(users, "{\"token\":\"id-1\"}"))).isEqualTo(108);
            assertThat(code(call(tokens, "{\"user\":\"42\"}"))).isEqualTo(108);
            assertThat(call(users, "{\"user\":\"42\"}")).contains("result");
            assertThat(call(tokens, "{\"token\":\"id-1\"}")).contains("result");
        }
    }

    @Test
    void whatTheBackplaneDidNotTakeIsAnErrorAndNotCounted() {
        try (ApiFixture api = ApiFixture.start(ALL)) {
            api.revocations.goAway();

            assertThat(code(call(api, "{\"user\":\"42\"}"))).isEqualTo(100);
            assertThat(api.metrics.scrape()).contains("millipede_revocations_total{kind=\"user\"} 0.0");
        }
    }

    @Test
    void aBodyThatIsNoObjectOfStringsIsRefused() {
        try (ApiFixture api = ApiFixture.start(ALL)) {
            RawHttp.Reply reply = api.call("revoke", "{\"user\":42}");

            assertThat(reply.status()).isEqualTo(400);
        }
    }
}
