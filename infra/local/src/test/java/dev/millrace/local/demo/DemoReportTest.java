package dev.millrace.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.oracle.Verdict;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DemoReportTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void passesWhenEveryJobEndedAndEveryLaneWorked() {
        // Given
        DemoReport report =
                report(
                        2,
                        List.of(finished("a", "right", "right"), finished("b", "right", "right")),
                        List.of("a", "b"),
                        Map.of());

        // Then
        assertThat(report.faults()).isEmpty();
        assertThat(report.lastLine()).isEqualTo("demo: PASS I1=true I2=true I3=true");
    }

    @Test
    void aLaneWithoutAJobIsAFault() {
        DemoReport report =
                report(1, List.of(finished("a", "x", "x")), List.of("a", "b"), Map.of());
        assertThat(report.faults()).containsExactly("lane b had no job");
        assertThat(report.lastLine()).startsWith("demo: FAIL");
    }

    @Test
    void aMissingResultIsAFault() {
        DemoReport report = report(3, List.of(finished("a", "x", "x")), List.of("a"), Map.of());
        assertThat(report.faults()).containsExactly("2 of 3 jobs have no result");
        assertThat(report.json()).containsEntry("lost", 2);
    }

    @Test
    void wrongAnswersToTheGuideAreAFault() {
        DemoReport report =
                report(
                        2,
                        List.of(finished("a", "x", "x"), finished("a", "x", "y")),
                        List.of("a"),
                        Map.of());
        assertThat(report.faults())
                .containsExactly("lane a answered 1 of 2 questions of the guide exactly");
    }

    @Test
    void aBrokenInvariantIsAFault() {
        DemoReport report =
                report(
                        1,
                        List.of(finished("a", "x", "x")),
                        List.of("a"),
                        Map.of(Verdict.Invariant.I2, List.of("a cent is missing")));
        assertThat(report.faults()).containsExactly("I2: a cent is missing");
        assertThat(report.lastLine()).isEqualTo("demo: FAIL I1=true I2=false I3=true");
    }

    @Test
    void missingCallbacksFailedJobsAndAWorkerThatWasNotKilledAreFaults() {
        // Given
        Verdict verdict = new Verdict(1, 1, 0, 0, 0, 5, 5, 0, 0, 0, 0, List.of(), Map.of());
        DemoReport.Finished failed = finished("a", "x", "x", ResultStatus.FAILED);

        // When
        DemoReport report =
                new DemoReport(
                        1,
                        List.of(failed),
                        0,
                        new DemoReport.Callbacks(1, 0, 0),
                        false,
                        true,
                        verdict,
                        List.of("a"));

        // Then
        assertThat(report.faults())
                .containsExactly(
                        "0 of 1 callbacks came",
                        "no worker was killed: the run was over before",
                        "1 jobs did not succeed");
    }

    @Property
    void percentilesAreValuesOfTheListAndOrdered(@ForAll @IntRange(min = 1, max = 300) int size) {
        // Given
        List<Long> sorted = LongStream.range(0, size).map(i -> i * 3).boxed().toList();

        // When
        long p50 = DemoReport.percentile(sorted, 50);
        long p95 = DemoReport.percentile(sorted, 95);

        // Then
        assertThat(sorted).contains(p50, p95);
        assertThat(p95).isGreaterThanOrEqualTo(p50);
        assertThat(sorted.stream().filter(value -> value <= p50).count() * 2)
                .isGreaterThanOrEqualTo(size);
    }

    private static DemoReport report(
            int posted,
            List<DemoReport.Finished> finished,
            List<String> lanes,
            Map<Verdict.Invariant, List<String>> violations) {
        Verdict verdict =
                new Verdict(
                        posted, finished.size(), 0, 0, 0, 5, 5, 1, 0, 0, 0, List.of(), violations);
        return new DemoReport(
                posted, finished, 0, new DemoReport.Callbacks(1, 1, 0), true, true, verdict, lanes);
    }

    private static DemoReport.Finished finished(String lane, String expected, String answer) {
        return finished(lane, expected, answer, ResultStatus.SUCCEEDED);
    }

    private static DemoReport.Finished finished(
            String lane, String expected, String answer, ResultStatus status) {
        InferenceResult result =
                InferenceResult.newBuilder()
                        .setJobId(lane + answer)
                        .setTenant("acme")
                        .setStatus(status)
                        .setOutput(answer)
                        .setLane(lane)
                        .setUsage(Usage.newBuilder().build())
                        .setAcceptedAt(NOW)
                        .setCompletedAt(NOW.plusMillis(20))
                        .build();
        return new DemoReport.Finished(
                new DemoJob("acme", "q", "http", lane, Optional.of(expected)), result, 1);
    }
}
