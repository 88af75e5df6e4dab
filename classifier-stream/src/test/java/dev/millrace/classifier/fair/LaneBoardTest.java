package dev.millrace.classifier.fair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Lane;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Routings;
import dev.millrace.v1.Band;
import dev.millrace.v1.LaneLoad;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.TenantStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What is known of the lanes. */
class LaneBoardTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final Lane FAST = Catalogs.usual().lane("fast").orElseThrow();

    private final LaneBoard board = new LaneBoard();

    @Test
    void ofALaneThatNobodySpokeOfNothingIsKnown() {
        assertThat(board.situation(FAST, "acme", AT)).isEqualTo(LaneSituation.UNKNOWN);
    }

    @Test
    void theSlotsAreThoseOfTheLiveWorkers() {
        board.worker("fast/one", status(4, AT));
        board.worker("fast/two", status(8, AT.minusSeconds(1)));
        board.worker("fast/silent", status(16, AT.minusSeconds(11)));
        board.worker("other/one", status(32, AT));
        assertThat(board.situation(FAST, "acme", AT).slots()).isEqualTo(12);

        board.worker("fast/two", null);
        assertThat(board.situation(FAST, "acme", AT).slots()).isEqualTo(4);
    }

    @Test
    void withoutLiveWorkersTheSlotsAreThoseOfTheCatalog() {
        board.worker("fast/one", status(4, AT));

        assertThat(board.situation(FAST, "acme", AT.plusSeconds(60)).slots())
                .isEqualTo(FAST.slots() * FAST.workers());
    }

    @Test
    void aTenantUsesALaneWhileItHasJobsThereAndForAWhileAfterTheLast() {
        board.tenant(tenant("acme", 1, AT.minusSeconds(100)));
        board.tenant(tenant("globex", 0, AT.minusSeconds(5)));
        board.tenant(tenant("initech", 0, AT.minusSeconds(11)));

        assertThat(board.situation(FAST, "acme", AT).tenants()).isEqualTo(2);
        assertThat(board.situation(FAST, "hooli", AT).tenants()).isEqualTo(3);
        assertThat(board.situation(FAST, "acme", AT.plusSeconds(6)).tenants()).isEqualTo(1);
    }

    @Test
    void aTenantThatNoLongerNamesALaneDoesNotUseIt() {
        board.tenant(tenant("acme", 3, AT));
        board.tenant(tenant("globex", 3, AT));

        board.tenant(new TenantStatus("globex", 0L, 0L, null, AT, Map.of()));

        assertThat(board.situation(FAST, "acme", AT).tenants()).isEqualTo(1);
    }

    @Test
    void thePaceIsTheTimeForAPredictedTokenOverTheLastAttempts() {
        board.attempt("fast", 1_000, 100);
        assertThat(board.millisPerToken("fast").orElseThrow()).isEqualTo(0.1);

        for (int i = 0; i < 500; i++) {
            board.attempt("fast", 100, 50);
            board.attempt("fast", 1_900, 350);
        }

        assertThat(board.millisPerToken("fast").orElseThrow()).isCloseTo(0.2, Offset.offset(0.005));
    }

    @Test
    void whatATenantSentAheadIsWorkedOffByItsShareOfTheLane() {
        // Given a lane of 4 slots and a token a millisecond, which two tenants use
        board.worker("fast/one", status(4, AT));
        board.attempt("fast", 1_000, 1_000);
        board.tenant(tenant("globex", 1, AT));

        // When a tenant sends 5,000 tokens, and as many to overflow and again
        board.routed(routed("acme", Band.STANDARD, 1, 5_000), FAST, AT);
        board.routed(routed("acme", Band.OVERFLOW, 1, 5_000), FAST, AT);
        board.routed(routed("acme", Band.STANDARD, 2, 5_000), FAST, AT);

        // Then half of the lane's 4 tokens a millisecond is its own
        assertThat(owed("acme", AT)).isEqualTo(5_000);
        assertThat(owed("acme", AT.plusSeconds(1))).isEqualTo(3_000);
        assertThat(owed("acme", AT.plusSeconds(9))).isZero();
        assertThat(owed("globex", AT)).isZero();
    }

    @Test
    void beforeALaneWasMeasuredNobodyOwesAnything() {
        board.routed(routed("acme", Band.STANDARD, 1, 5_000), FAST, AT);
        board.attempt("fast", 1_000, 1_000);

        assertThat(owed("acme", AT)).isZero();
    }

    @Test
    void aLaneThatTakesNoTimeHasNoPace() {
        board.attempt("fast", 1_000, 0);

        assertThat(board.millisPerToken("fast")).isEqualTo(OptionalDouble.empty());
    }

    @Test
    void manyWorkersWithoutAGoodByeAreForgotten() {
        for (int i = 0; i < 10_000; i++) {
            board.worker("fast/" + i, status(1, AT.plus(Duration.ofSeconds(i))));
        }

        assertThat(board.situation(FAST, "acme", AT.plusSeconds(9_999)).slots()).isEqualTo(10);
    }

    private double owed(String tenant, Instant at) {
        return board.situation(FAST, tenant, at).owed();
    }

    private static RoutedJob routed(String tenant, Band band, int attempt, long tokens) {
        return RoutedJob.newBuilder(Routings.job("j"))
                .setTenant(tenant)
                .setBand(band)
                .setAttempt(attempt)
                .setPredictedTokens(tokens)
                .build();
    }

    private static LaneStatus status(int slots, Instant at) {
        return LaneStatus.newBuilder()
                .setLane("fast")
                .setWorker("any")
                .setSlots(slots)
                .setInFlight(0)
                .setTokensPerSecond(0)
                .setBreaker("closed")
                .setAt(at)
                .build();
    }

    private static TenantStatus tenant(String name, long jobs, Instant routed) {
        LaneLoad load = LaneLoad.newBuilder().setJobs(jobs).setRoutedAt(routed).build();
        return new TenantStatus(name, jobs, jobs, null, AT, Map.of("fast", load));
    }
}
