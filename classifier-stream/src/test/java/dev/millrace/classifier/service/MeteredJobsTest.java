package dev.millrace.classifier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.classifier.given.Routings;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Waste;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What can be scraped. */
class MeteredJobsTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final LaneBoard board = new LaneBoard();
    private final MeteredJobs meters =
            new MeteredJobs(registry, Clock.systemUTC(), board, Catalogs::usual);

    @Test
    void aLanesWorkIsInSecondsOfOneWorkerAtTheSpeedMeasured() {
        // Given two partitions with work for a lane of one slot for each worker
        meters.lanes(0, Map.of("fast", new LaneWork(3, 2_000, 1, 500)));
        meters.lanes(1, Map.of("fast", new LaneWork(1, 1_000, 1, 1_000)));
        assertThat(gauge("millrace.lane.work.seconds")).isNaN();

        // When the lane takes half a second for a thousand tokens
        board.attempt("fast", 1_000, 500);

        // Then
        assertThat(gauge("millrace.lane.work.seconds")).isEqualTo(1.5);
        assertThat(gauge("millrace.lane.open.jobs")).isEqualTo(4);
        assertThat(gauge("millrace.lane.overflow.jobs")).isEqualTo(2);

        // and what another process took over is not ours
        meters.left(1);
        assertThat(gauge("millrace.lane.work.seconds")).isEqualTo(1);
    }

    @Test
    void aLaneThatRanEmptyHasNoWork() {
        meters.lanes(0, Map.of("fast", new LaneWork(3, 2_000, 1, 500)));
        meters.lanes(0, Map.of());

        assertThat(gauge("millrace.lane.work.seconds")).isZero();
        assertThat(gauge("millrace.lane.open.jobs")).isZero();
    }

    @Test
    void attemptsAreTimedAndWhatTheyWastedIsCounted() {
        meters.attempt(Outcomes.succeeded(Routings.job("j")));
        meters.attempt(Outcomes.retry(Routings.job("j"), AT));
        meters.attempt(Outcomes.unavailable(Routings.job("j")));
        meters.wasted(new Waste("fast", "stale", Outcomes.USAGE));

        assertThat(registry.get("millrace.lane.queue").tag("lane", "fast").timer().count())
                .isEqualTo(1);
        assertThat(
                        registry.get("millrace.lane.model")
                                .tag("lane", "fast")
                                .timer()
                                .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(130);
        assertThat(counter("millrace.lane.retries", "retry")).isEqualTo(1);
        assertThat(counter("millrace.lane.retries", "unavailable")).isEqualTo(1);
        assertThat(counter("millrace.wasted.tokens", "retry")).isEqualTo(42);
        assertThat(counter("millrace.wasted.tokens", "stale")).isEqualTo(42);
        assertThat(counter("millrace.rerun.outcomes", "stale")).isEqualTo(1);
    }

    private double gauge(String name) {
        return registry.get(name).tag("lane", "fast").gauge().value();
    }

    private double counter(String name, String why) {
        return registry.get(name).tag("lane", "fast").tag("why", why).counter().count();
    }
}
