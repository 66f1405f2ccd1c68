package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DeliveryBudgetTest {
    private final DeliveryBudget budget = new DeliveryBudget(2, 100);

    @Test
    void theLimitItselfMayBeTakenAndNotAByteMore() {
        assertThat(budget.take(0, 60)).isTrue();
        assertThat(budget.take(0, 40)).isTrue();
        assertThat(budget.take(0, 1)).isFalse();
    }

    @Test
    void whatIsRefusedIsNotTaken() {
        assertThat(budget.take(0, 90)).isTrue();
        assertThat(budget.take(0, 11)).isFalse();
        assertThat(budget.take(0, 10)).isTrue();
    }

    @Test
    void whatIsGivenBackMayBeTakenAgain() {
        budget.take(0, 100);
        budget.giveBack(0, 30);

        assertThat(budget.take(0, 31)).isFalse();
        assertThat(budget.take(0, 30)).isTrue();
    }

    @Test
    void eachInstanceHasItsOwn() {
        budget.take(0, 100);

        assertThat(budget.take(1, 100)).isTrue();
        budget.giveBack(1, 100);
        assertThat(budget.take(0, 1)).isFalse();
    }

    @Test
    void whatIsLongerThanTheLimitIsTakenWhenNextToNothingIsOutstanding() {
        budget.take(0, 7);
        assertThat(budget.take(0, 1_000)).isFalse();
        budget.giveBack(0, 1);
        assertThat(budget.take(0, 1_000)).isTrue();
        assertThat(budget.take(0, 1)).isFalse();

        budget.giveBack(0, 1_000);
        assertThat(budget.take(0, 94)).isTrue();
    }

    @Test
    void moreThanWasTakenIsNeverGivenBack() {
        budget.take(1, 10);

        assertThatThrownBy(() -> budget.giveBack(1, 11)).isInstanceOf(AssertionError.class);
    }
}
