package dev.millrace.workers.handover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.handover.Peers.Word;
import dev.millrace.workers.intake.Place;
import dev.millrace.workers.intake.UnderWay.Fate;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeersTest {
    private static final Place PLACE = new Place("lane", 0, 5);
    private static final long RUNNER = 77;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Peers peers = new Peers(Duration.ofSeconds(5));

    @Test
    void aRecordIsWaitedForAsLongAsItsLivingRunnerNamesIt() {
        for (int i = 0; i < 100; i++) {
            says(Fate.RUNNING, i * SECOND);

            assertThat(about(i * SECOND)).isEqualTo(Word.WAIT);
        }
    }

    @Test
    void anAcknowledgedOutcomeCountsAlsoAfterItsRunnerLeftOrDied() {
        // Given
        says(Fate.DONE, 0);

        // Then
        assertThat(about(0)).isEqualTo(Word.DONE);
        peers.left("lane/w1");
        assertThat(about(60 * SECOND)).isEqualTo(Word.DONE);
    }

    @Test
    void whatIsGivenUpIsFreeAtOnce() {
        says(Fate.GIVEN_UP, 0);

        assertThat(about(0)).isEqualTo(Word.FREE);
    }

    @Test
    void whatRanInAWorkerThatLeftIsFree() {
        // Given
        says(Fate.RUNNING, 0);

        // When
        peers.left("lane/w1");

        // Then
        assertThat(about(0)).isEqualTo(Word.FREE);
    }

    @Test
    void aWorkerThatFallsSilentHasDied() {
        says(Fate.RUNNING, 0);

        assertThat(about(5 * SECOND)).isEqualTo(Word.WAIT);
        assertThat(about(6 * SECOND)).isEqualTo(Word.DIED);
    }

    @Test
    void aWorkerThatWasNeverHeardOfHasDiedAfterAWhile() {
        assertThat(about(5 * SECOND)).isEqualTo(Word.WAIT);
        assertThat(about(6 * SECOND)).isEqualTo(Word.DIED);
    }

    @Test
    void aWorkerThatStartedAgainDiedBefore() {
        // Given
        says(Fate.RUNNING, 0);

        // When
        peers.heard("lane/w1", RUNNER + 1, List.of(), true, 0);

        // Then
        assertThat(about(0)).isEqualTo(Word.DIED);
    }

    @Test
    void whoeverTakesAWorkersNameKnowsThatItsFormerLifeHasEnded() {
        // Given
        says(Fate.RUNNING, 0);

        // When
        peers.started("lane/w1", RUNNER + 1);

        // Then
        assertThat(about(0)).isEqualTo(Word.DIED);
        assertThat(peers.statuses(RUNNER + 1)).as("it waits for nobody's word").isZero();
    }

    @Test
    void aLivingWorkerThatDoesNotNameTheRecordKnowsNothingOfIt() {
        // Given a status that may be older than the hand-over, and some from before the reading
        says(Fate.RUNNING, 0);
        long then = peers.statuses(RUNNER);
        for (int i = 0; i < 9; i++) {
            peers.heard("lane/w1", RUNNER, List.of(), false, 0);
        }
        peers.heard("lane/w1", RUNNER, List.of(), true, 0);
        assertThat(peers.about(RUNNER, PLACE, then, 0, 0)).isEqualTo(Word.WAIT);

        // When
        peers.heard("lane/w1", RUNNER, List.of(), true, 0);
        peers.heard("lane/w1", RUNNER, List.of(), true, 0);

        // Then
        assertThat(peers.about(RUNNER, PLACE, then, 0, 0)).isEqualTo(Word.FREE);
    }

    @Test
    void whoFinishesARecordOfAnotherIsKnownWhileItLives() {
        // Given
        says(Fate.RUNNING, 0);
        assertThat(peers.finisher(PLACE)).hasValue(RUNNER);

        // When
        peers.left("lane/w1");

        // Then
        assertThat(peers.finisher(PLACE)).isEmpty();
    }

    private void says(Fate fate, long now) {
        peers.heard("lane/w1", RUNNER, List.of(new HandedOver(PLACE, fate)), true, now);
    }

    private Word about(long now) {
        return peers.about(RUNNER, PLACE, 0, 0, now);
    }
}
