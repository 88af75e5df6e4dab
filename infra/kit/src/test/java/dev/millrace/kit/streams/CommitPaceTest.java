package dev.millrace.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class CommitPaceTest {
    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final CommitPace pace = new CommitPace(now::get);

    @Property
    void aPauseIsLongEnoughForItsCommitAndNeverBeyondItsBounds(
            @ForAll @LongRange(max = 60_000_000_000L) long commit) {
        long pause = CommitPace.pause(commit);

        assertThat(pause)
                .isBetween(CommitPace.SHORTEST.toNanos(), CommitPace.LONGEST.toNanos())
                .isGreaterThanOrEqualTo(
                        Math.min(commit * (CommitPace.PARTS - 1), CommitPace.LONGEST.toNanos()));
    }

    @Property
    void whatCommitsTookLiesBetweenWhatTheyTookAndWhatTheLastOneTook(
            @ForAll @LongRange(min = 1, max = 60_000_000_000L) long before,
            @ForAll @LongRange(max = 60_000_000_000L) long last) {
        assertThat(CommitPace.smoothed(before, last))
                .isBetween(Math.min(before, last), Math.max(before, last));
    }

    @Test
    void theFirstWorkAfterAPauseIsCommittedAtOnce() {
        AtomicInteger asked = new AtomicInteger();
        EarlyCommits early = new EarlyCommits(pace, asked::incrementAndGet);

        early.worked();

        assertThat(asked).hasValue(1);
    }

    @Test
    void workRightAfterACommitWaitsUntilThePauseIsOver() {
        // Given
        AtomicInteger asked = new AtomicInteger();
        EarlyCommits early = new EarlyCommits(pace, asked::incrementAndGet);
        commitTakes(Duration.ofMillis(20));

        // When
        early.worked();
        pass(Duration.ofMillis(59));
        early.look();

        // Then
        assertThat(asked).hasValue(0);
        pass(Duration.ofMillis(1));
        early.look();
        assertThat(asked).hasValue(1);
    }

    @Test
    void nothingIsAskedForWhatACommitHasTakenAlong() {
        // Given
        AtomicInteger asked = new AtomicInteger();
        EarlyCommits early = new EarlyCommits(pace, asked::incrementAndGet);
        commitTakes(Duration.ofMillis(1));
        early.worked();

        // When
        commitTakes(Duration.ofMillis(1));
        pass(Duration.ofSeconds(1));
        early.look();
        early.look();

        // Then
        assertThat(asked).hasValue(0);
    }

    @Test
    void eachThreadHasItsOwnPace() throws InterruptedException {
        // Given
        AtomicInteger elsewhere = new AtomicInteger();
        commitTakes(Duration.ofMillis(50));

        // When
        Thread other = Thread.ofPlatform().start(() -> elsewhere.set(pace.isDue() ? 1 : -1));
        other.join(10_000);

        // Then
        assertThat(elsewhere).hasValue(1);
        assertThat(pace.isDue()).isFalse();
    }

    @Test
    void theOffsetsAreAPartOfTheCommit() {
        // Given
        pace.began();
        pass(Duration.ofMillis(30));
        pace.began();
        pass(Duration.ofMillis(10));
        pace.ended();

        // When
        pass(Duration.ofMillis(119));

        // Then
        assertThat(pace.isDue()).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(pace.isDue()).isTrue();
        assertThat(pace.transactions()).isEqualTo(1);
    }

    private void commitTakes(Duration time) {
        pace.began();
        pass(time);
        pace.ended();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
