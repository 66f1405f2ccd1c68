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

    @Test
    void whatNeverComesByItselfIsLostAtTheSecondLook() {
        listening(7, 0);
        recover(0, 5, "made up", 1);
        broker.answer(at("e", 12), publications(10, 12));
        assertThat(told).isEmpty();
        live(8);
        later(100);
        broker.answer(at("e", 13), publications(11, 13));

        assertThat(told(0)).containsExactly("8", "lost e:13", "not recovered e:13 []");
    }

    /** As fast as a channel may be: the stream is always ahead of the connection, and still nothing is in doubt. */
    @Test
    void whoClaimsSomethingOfAStreamThatIsAlwaysAheadIsAnsweredWhenItsPageHasCome() {
        listening(7, 0);
        recover(0, 5, "made up", 1);
        broker.answer(at("e", 12), publications(10, 12));
        live(8, 9, 10);
        later(50);
        recover(0, 6, "made up", 1);
        live(11, 12);
        later(50);
        assertThat(told(0)).containsExactly("8", "9", "10", "11", "12", "not recovered e:12 []");
        broker.answer(at("e", 17), publications(15, 17));
        live(13, 14, 15, 16, 17);
        later(100);

        assertThat(told(0)).containsExactly("13", "14", "15", "16", "17", "not recovered e:17 []");
    }

    @Test
    void aConnectionThatBreaksMeanwhileBringsNothingMore() {
        listening(7, 0);
        recover(0, 5, "made up", 1);
        broker.answer(at("e", 12), publications(10, 12));
        reconnect();
        broker.confirm();
        assertThat(broker.reads.get(0).known()).isEqualTo(at("e", 7));
        broker.answer(at("e", 12), publications(10, 12));

        assertThat(told(0)).containsExactly("lost e:12");
    }
}
