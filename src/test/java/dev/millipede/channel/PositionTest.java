package dev.millipede.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PositionTest {
    @Test
    void offsetsCountFromOneAndZeroStandsBeforeTheFirst() {
        assertThat(new Position("e", 1).offset()).isOne();
        assertThat(new Position("e", 0).mark()).isZero();
        assertThatThrownBy(() -> new Position("e", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEpochIsPrintableAsciiAndNotTooLong() {
        assertThat(Position.isEpoch("aXbYcZdW")).isTrue();
        assertThat(Position.isEpoch("e".repeat(Position.MAX_EPOCH_LENGTH))).isTrue();
        assertThat(Position.isEpoch("e".repeat(Position.MAX_EPOCH_LENGTH + 1))).isFalse();
        assertThat(Position.isEpoch("")).isFalse();
        assertThat(Position.isEpoch("a b")).isFalse();
        assertThat(Position.isEpoch("é")).isFalse();
        assertThatThrownBy(() -> new Position("", 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
