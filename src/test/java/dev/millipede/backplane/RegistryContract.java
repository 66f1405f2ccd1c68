package dev.millipede.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millipede.backplane.Revocation.OfUser;
import dev.millipede.support.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every backplane keeps of users' connections and revoked tokens. */
abstract class RegistryContract extends BackplaneFixture {
    private static final Duration DAY = Duration.ofDays(1);

    /** In seconds. */
    private static final long LEEWAY = 30;

    private final String user = "user-é-" + System.nanoTime();

    /** Waits, or lets the time pass, until what was to be kept that long has expired. */
    protected abstract void untilExpired(Duration kept, Revocation revocation);

    private boolean enter(int limit) {
        return await(backplane().userCounts().enter(user, limit));
    }

    private void leave() {
        backplane().userCounts().leave(user);
    }

    private static long seconds() {
        return TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
    }

    private boolean isRevoked(long issuedAt, String jti) {
        return await(backplane().revocations().isRevoked(user, issuedAt, Revocation.ofId(jti)));
    }

    private void revoke(Revocation revocation) {
        await(backplane().revocations().revoke(revocation, DAY));
    }

    @Test
    void aUserEntersUpToTheLimitAndAgainForEachThatLeft() {
        assertThat(List.of(enter(2), enter(2), enter(2))).containsExactly(true, true, false);
        leave();
        assertThat(List.of(enter(2), enter(2))).containsExactly(true, false);
        leave();
        leave();
        assertThat(List.of(enter(1), enter(1))).containsExactly(true, false);
    }

    @Test
    void manyWhoComeAtOnceAreLetInUpToTheLimit() {
        List<Future<Boolean>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(backplane().userCounts().enter(user, 7));
        }

        assertThat(await(Future.all(asked)).<Boolean>list())
                .filteredOn(in -> in)
                .hasSize(7);
    }

    @Test
    void aLimitMayChangeWhileSomebodyIsThere() {
        assertThat(List.of(enter(1), enter(3), enter(3), enter(3))).containsExactly(true, true, true, false);
        leave();
        assertThat(List.of(enter(1), enter(2), enter(4))).containsExactly(false, false, true);
    }

    @Test
    void oneUsersConnectionsAreNotAnothers() {
        assertThat(enter(1)).isTrue();

        assertThat(await(backplane().userCounts().enter(user + "x", 1))).isTrue();
        assertThat(await(backplane().userCounts().enter("", 1))).isTrue();
        backplane().userCounts().leave("");
    }

    @Test
    void whoLeavesWithoutHavingEnteredGivesNothingBack() {
        leave();
        assertThat(List.of(enter(1), enter(1))).containsExactly(true, false);
    }

    @Test
    void answersComeWhereTheCallerIs() {
        Context caller = vertx().getOrCreateContext();
        Future<Boolean> entered =
                onContext(caller, () -> backplane().userCounts().enter(user, 1));
        Future<Boolean> revoked =
                onContext(caller, () -> backplane().revocations().isRevoked(user, 0, null));

        assertThat(await(entered)).isTrue();
        assertThat(await(revoked)).isTrue();
    }

    /** Whether the answer came on the same context. */
    private static Future<Boolean> onContext(Context caller, Supplier<Future<Boolean>> call) {
        Promise<Boolean> same = Promise.promise();
        caller.runOnContext(on -> call.get().onComplete(done -> same.complete(Vertx.currentContext() == caller)));
        return same.future();
    }

    @Test
    void nothingIsRevokedThatNobodyRevoked() {
        assertThat(isRevoked(0, "a")).isFalse();
        assertThat(await(backplane().revocations().isRevoked(user, 1, null))).isFalse();
    }

    @Test
    void aRevokedUsersTokensOfBeforeCountNoMoreAndLaterOnesDo() {
        long before = seconds();
        revoke(new OfUser(user));
        long after = seconds();

        assertThat(isRevoked(before - 3_600, "a")).isTrue();
        assertThat(isRevoked(before, "a")).isTrue();
        assertThat(isRevoked(0, "a")).as("issued who knows when").isTrue();
        assertThat(isRevoked(before + LEEWAY, "a"))
                .as("issued by a clock that is ahead")
                .isTrue();
        assertThat(isRevoked(after + LEEWAY + 1, "a")).isFalse();
        assertThat(await(backplane().revocations().isRevoked(user + "x", before, null)))
                .isFalse();
    }

    @Test
    void aRevokedTokenCountsNoMoreWhoeverHasIt() {
        revoke(Revocation.ofId("a-" + user));

        assertThat(isRevoked(seconds() + 3_600, "a-" + user)).isTrue();
        assertThat(isRevoked(seconds() + 3_600, "b-" + user)).isFalse();
        assertThat(await(backplane().revocations().isRevoked(user, 0, null))).isFalse();
    }

    @Test
    void aRevocationIsForgottenWhenItIsOfNoMoreUse() {
        Duration kept = Duration.ofMillis(1_500);
        await(backplane().revocations().revoke(new OfUser(user), kept));
        await(backplane().revocations().revoke(Revocation.ofId(user), DAY));
        assertThat(isRevoked(0, "a")).isTrue();
        untilExpired(kept, new OfUser(user));

        assertThat(isRevoked(0, "a")).isFalse();
        assertThat(isRevoked(0, user)).isTrue();
    }

    @Test
    void theListenerIsToldOfEachRevocationOnce() {
        Queue<Revocation> heard = new ConcurrentLinkedQueue<>();
        backplane().revocations().listen(heard::addAll);
        List<Revocation> expected = new ArrayList<>(List.of(new OfUser(user), Revocation.ofId(user)));
        expected.forEach(this::revoke);
        for (int i = 0; i < 50; i++) {
            expected.add(new OfUser(user + i));
        }
        await(Future.all(expected.subList(2, 52).stream()
                .map(each -> backplane().revocations().revoke(each, DAY))
                .toList()));
        Eventually.until(heard::size, count -> count >= expected.size());
        revoke(new OfUser("last-" + user));
        Eventually.until(() -> heard.contains(new OfUser("last-" + user)), told -> told);

        expected.add(new OfUser("last-" + user));
        assertThat(heard).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void whoIsRevokedASecondTimeIsToldASecondTime() {
        Queue<Set<Revocation>> heard = new ConcurrentLinkedQueue<>();
        backplane().revocations().listen(heard::add);
        revoke(new OfUser(user));
        Eventually.until(heard::size, count -> count == 1);
        revoke(new OfUser(user));
        Eventually.until(heard::size, count -> count == 2);

        assertThat(heard).containsOnly(Set.of(new OfUser(user)));
    }
}
