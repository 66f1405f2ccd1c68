package dev.millipede.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What somebody claims to have seen costs nobody else its place. */
class ClaimsTest extends StreamFixture {
    /** A busy channel that keeps three publications: more than those come while one client's claim is looked at. */
    @Test
    void aClaimOfAnotherEpochInABusyChannelLosesNobodyTheirPlace() {
        listening(7, 0, 1);
        recover(1, 5, "made up", 1);
        live(8, 9, 10, 11, 12);
        broker.answer(at("e", 12), publications(10, 12));

        assertThat(told(0)).containsExactly("8", "9", "10", "11", "12");
        assertThat(told(1)).containsExactly("8", "9", "10", "11", "12", "not recovered e:12 []");
    }

    /** The same, and the answer overtakes what comes over the listening connection. */
    @Test
    void anAnswerThatOvertakesWhatComesByItselfLosesNobodyTheirPlace() {
        listening(7, 0, 1);
        recover(1, 5, "made up", 1);
        broker.answer(at("e", 12), publications(10, 12));
        live(8, 9, 10, 11, 12);
        later(200);
        while (!broker.reads.isEmpty()) {
            broker.answer(at("e", 12));
        }
        later(200);

        assertThat(told(0)).containsExactly("8", "9", "10", "11", "12");
        assertThat(told(1)).contains("8", "9", "10", "11", "12", "not recovered e:12 []");
    }
}
