package dev.millrace.classifier.fair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.classifier.job.Attempt;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.v1.Band;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Who is over its share. */
class FairShareTest {
    private final FairShare share = new FairShare();

    @Test
    void aTenthOfALaneOfEightyJobsASecondIsSixteenJobsForTwoSeconds() {
        // Given 4 slots, 50 ms for each job of 100 predicted tokens, 10 tenants
        LaneSituation lane = new LaneSituation(4, OptionalDouble.of(0.5), 10, 0);

        assertThat(share.isOver(work(15, 1_500), 100, lane)).isFalse();
        assertThat(share.isOver(work(16, 1_600), 100, lane)).isTrue();
    }

    @Test
    void whoSentItsShareAheadIsOverAlthoughAllOfItHasEnded() {
        LaneSituation lane = new LaneSituation(4, OptionalDouble.of(0.5), 10, 1_550);

        assertThat(share.isOver(LaneWork.NONE, 50, lane)).isFalse();
        assertThat(share.isOver(LaneWork.NONE, 100, lane)).isTrue();
    }

    @Property
    void aHandfulOfEqualJobsIsNeverOver(
            @ForAll @IntRange(max = FairShare.ALWAYS - 1) int jobs,
            @ForAll @LongRange(min = 1, max = 1L << 40) long tokens,
            @ForAll @IntRange(min = 1, max = 100_000) int tenants) {
        LaneSituation lane = new LaneSituation(1, OptionalDouble.of(1_000), tenants, jobs * tokens);

        assertThat(share.isOver(work(jobs, jobs * tokens), tokens, lane)).isFalse();
    }

    @Property
    void nobodyIsOverTheShareOfALaneThatWasNotMeasured(
            @ForAll @LongRange(min = 0, max = 1L << 40) long tokens) {
        LaneSituation lane = new LaneSituation(1, OptionalDouble.empty(), 1_000, 0);

        assertThat(share.isOver(work(1_000_000, tokens), tokens, lane)).isFalse();
    }

    @Property
    void moreOfItsOwnWorkOrMoreNeighboursNeverTakeATenantBackUnderItsShare(
            @ForAll @IntRange(min = 0, max = 100) int jobs,
            @ForAll @LongRange(min = 0, max = 100_000) long tokens,
            @ForAll @LongRange(min = 0, max = 100_000) long more,
            @ForAll @IntRange(min = 1, max = 64) int slots,
            @ForAll @DoubleRange(min = 0.01, max = 1_000) double pace,
            @ForAll @IntRange(min = 1, max = 50) int tenants) {
        LaneSituation lane = new LaneSituation(slots, OptionalDouble.of(pace), tenants, 0);
        LaneSituation busier = new LaneSituation(slots, OptionalDouble.of(pace), tenants + 1, 0);
        LaneSituation larger = new LaneSituation(slots + 1, OptionalDouble.of(pace), tenants, 0);

        if (share.isOver(work(jobs, tokens), 10, lane)) {
            assertThat(share.isOver(work(jobs + 1, tokens + more), 10, lane)).isTrue();
            assertThat(share.isOver(work(jobs, tokens), 10, busier)).isTrue();
        } else {
            assertThat(share.isOver(work(jobs, tokens), 10, larger)).isFalse();
        }
    }

    @Property
    void whatStandsBeforeOverflowStaysWithinTheShareOrAHandful(
            @ForAll List<@LongRange(min = 1, max = 5_000) Long> jobs,
            @ForAll @IntRange(min = 1, max = 20) int tenants) {
        // Given a lane of 4,000 tokens a second
        LaneSituation lane = new LaneSituation(4, OptionalDouble.of(1), tenants, 0);
        LaneWork open = LaneWork.NONE;
        long largest = 0;

        for (long tokens : jobs) {
            // When
            boolean over = share.isOver(open, tokens, lane);
            open = open.plus(attempt(over ? Band.OVERFLOW : Band.STANDARD, tokens));
            largest = Math.max(largest, tokens);

            // Then
            assertThat(open.priorityTokens())
                    .isLessThanOrEqualTo(Math.max(8_000 / tenants, FairShare.ALWAYS * largest));
        }
    }

    private static Attempt attempt(Band band, long tokens) {
        return Attempt.first("fast", band, 3, tokens, List.of("fast"));
    }

    private static LaneWork work(long jobs, long tokens) {
        return new LaneWork(jobs, tokens, jobs, tokens);
    }
}
