package dev.millipede.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
    private static final String SECRET = "a cluster's secret of 32 bytes or more";
    private static final Buffer BODY = Buffer.buffer("{\"name\":\"here\"}");
    private static final long NOW = 1_800_000_000_000L;

    private final Seal ours = sealed("uid-1");
    private final Seal theirs = sealed("uid-2");

    private static Seal sealed(String uid) {
        return new Seal(uid, new ClusterKeys(SECRET).seal());
    }

    private static Seal plain(String uid) {
        return new Seal(uid, null);
    }

    private static ControlRecord status(long sentAt) {
        return new ControlRecord(ControlKind.STATUS, "uid-1", sentAt, BODY);
    }

    @Test
    void whatAMemberSealedIsOpenedByAnother() {
        assertThat(theirs.open(ours.seal(ControlKind.STATUS, BODY, NOW), NOW)).isEqualTo(status(NOW));
        assertThat(theirs.open(ours.seal(ControlKind.GOODBYE, Buffer.buffer(), NOW + 1), NOW + 1))
                .isEqualTo(new ControlRecord(ControlKind.GOODBYE, "uid-1", NOW + 1, Buffer.buffer()));
    }

    @Test
    void withoutASecretRecordsGoWithoutASeal() {
        assertThat(plain("uid-2").open(plain("uid-1").seal(ControlKind.STATUS, BODY, NOW), NOW))
                .isEqualTo(status(NOW));
    }

    @Test
    void anotherSecretOrNoneIsNoMember() {
        Buffer stranger = new Seal("uid-1", new ClusterKeys(SECRET + "x").seal()).seal(ControlKind.STATUS, BODY, NOW);
        Buffer unsealed = plain("uid-1").seal(ControlKind.STATUS, BODY, NOW);

        assertThat(theirs.open(stranger, NOW)).isEqualTo(Rejection.SEAL);
        assertThat(theirs.open(unsealed, NOW)).isEqualTo(Rejection.SEAL);
        assertThat(plain("uid-2").open(stranger, NOW)).isEqualTo(Rejection.MALFORMED);
    }

    @Test
    void noBitOfASealedRecordCanBeChanged() {
        Buffer record = ours.seal(ControlKind.STATUS, BODY, NOW);
        for (int bit = 0; bit < record.length() * 8; bit++) {
            Buffer changed = record.copy();
            changed.setByte(bit / 8, (byte) (record.getByte(bit / 8) ^ 1 << bit % 8));

            assertThat(theirs.open(changed, NOW)).as("bit %d", bit).isEqualTo(Rejection.SEAL);
        }
        assertThat(theirs.open(record, NOW)).isEqualTo(status(NOW));
    }

    @Test
    void noPartOfASealedRecordCanBeLeftOut() {
        Buffer record = ours.seal(ControlKind.STATUS, BODY, NOW);
        for (int length = 0; length < record.length(); length++) {
            assertThat(theirs.open(record.getBuffer(0, length), NOW)).isEqualTo(Rejection.SEAL);
        }
    }

    @Test
    void aRecordCountsOnceAndNoneThatIsOlder() {
        Buffer first = ours.seal(ControlKind.STATUS, BODY, NOW);
        Buffer second = ours.seal(ControlKind.STATUS, BODY, NOW + 1_000);

        assertThat(theirs.open(second, NOW + 1_000)).isEqualTo(status(NOW + 1_000));
        assertThat(theirs.open(second, NOW + 1_000)).isEqualTo(Rejection.REPLAY);
        assertThat(theirs.open(first, NOW + 1_000)).isEqualTo(Rejection.REPLAY);
    }

    @Test
    void aSenderWhoseClockStandsStillOrGoesBackStillCounts() {
        assertThat(theirs.open(ours.seal(ControlKind.STATUS, BODY, NOW), NOW)).isEqualTo(status(NOW));
        assertThat(theirs.open(ours.seal(ControlKind.STATUS, BODY, NOW), NOW)).isEqualTo(status(NOW + 1));
        assertThat(theirs.open(ours.seal(ControlKind.STATUS, BODY, NOW - 30_000), NOW))
                .isEqualTo(status(NOW + 2));
    }

    @Test
    void clocksMayBeAMinuteApartAndNoMore() {
        long apart = Seal.WINDOW_MILLIS;
        Buffer record = ours.seal(ControlKind.STATUS, BODY, NOW);

        assertThat(theirs.open(record, NOW + apart + 1)).isEqualTo(Rejection.CLOCK);
        assertThat(theirs.open(record, NOW - apart - 1)).isEqualTo(Rejection.CLOCK);
        assertThat(theirs.open(record, NOW + apart)).isEqualTo(status(NOW));
        assertThat(sealed("uid-3").open(record, NOW - apart)).isEqualTo(status(NOW));
    }

    @Test
    void aRecordThatWasHeardIsNeverHeardAgainHoweverManySendersThereAre() {
        Buffer record = ours.seal(ControlKind.STATUS, BODY, NOW);
        assertThat(theirs.open(record, NOW)).isInstanceOf(ControlRecord.class);
        for (int i = 1; i < Seal.MAX_SENDERS; i++) {
            assertThat(theirs.open(sealed("sender-" + i).seal(ControlKind.STATUS, BODY, NOW + 1), NOW))
                    .isInstanceOf(ControlRecord.class);
        }
        Buffer tooMany = sealed("one-more").seal(ControlKind.STATUS, BODY, NOW);

        assertThat(theirs.open(tooMany, NOW)).isEqualTo(Rejection.FULL);
        assertThat(theirs.open(record, NOW + Seal.WINDOW_MILLIS)).isEqualTo(Rejection.REPLAY);

        long later = NOW + Seal.WINDOW_MILLIS + 1;
        assertThat(theirs.open(sealed("one-more").seal(ControlKind.STATUS, BODY, later), later))
                .as("uid-1's is too old to be heard again, so that uid-1 can be forgotten")
                .isInstanceOf(ControlRecord.class);
        assertThat(theirs.open(record, later)).isEqualTo(Rejection.CLOCK);
    }

    @Test
    void aLongRecordIsNotEvenLookedAt() {
        assertThat(theirs.open(Buffer.buffer(new byte[Seal.MAX_LENGTH + 1]), NOW))
                .isEqualTo(Rejection.SIZE);
    }

    @Test
    void aKindOfALaterVersionIsLeftToIt() {
        Buffer record = plain("uid-1").seal(ControlKind.STATUS, BODY, NOW).setByte(1, (byte) 99);

        assertThat(plain("uid-2").open(record, NOW)).isEqualTo(Rejection.KIND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "uid with space", "uid\n"})
    void aSenderHasAReadableId(String uid) {
        Buffer record = Buffer.buffer()
                .appendByte((byte) 1)
                .appendByte(ControlKind.STATUS.code())
                .appendLong(NOW)
                .appendByte((byte) uid.length())
                .appendBytes(uid.getBytes(US_ASCII))
                .appendBuffer(BODY);

        assertThat(plain("uid-2").open(record, NOW)).isEqualTo(Rejection.MALFORMED);
    }

    /** Whoever is on loopback may send anything to nodes without a secret. */
    @Test
    void nothingMakesItThrow() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Seal open = plain("uid-2");
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = 1;
            }
            assertThat(open.open(Buffer.buffer(bytes), NOW)).as("seed %d", seed).isInstanceOf(Rejection.class);
        }
    }
}
