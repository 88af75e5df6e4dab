package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.oracle.Verdict;
import dev.millrace.v1.InferenceResult;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What every class of tests on the shared stack begins and ends with. */
abstract class PipelineScenario {
    static Pipeline pipeline;

    @BeforeAll
    static void start() throws Exception {
        pipeline = PipelineStack.shared().pipeline();
    }

    /** Whatever the tests did, the invariants hold in the end, judged from outside. */
    @AfterAll
    static void everyInvariantHolds() throws Exception {
        assertHolds(pipeline.judge());
    }

    static void assertHolds(Verdict verdict) {
        assertThat(verdict.violations().values()).allSatisfy(list -> assertThat(list).isEmpty());
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.duplicates()).isZero();
        assertThat(verdict.chargedMicros()).isEqualTo(verdict.resultsMicros()).isPositive();
    }

    static void awaitUsageRows(String jobId, long rows) {
        awaitNumber("select count(*) from ledger.usage_event where job_id = '" + jobId + "'", rows);
    }

    static void awaitNumber(String sql, long expected) {
        Awaitility.await(sql)
                .atMost(Pipeline.PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(pipeline.number(sql)).isEqualTo(expected));
    }

    static List<InferenceResult> resultsById(String jobId) {
        return pipeline.results.values().stream()
                .filter(result -> result.getJobId().equals(jobId))
                .toList();
    }

    static String mark() {
        return UUID.randomUUID().toString();
    }

    static String body(String model, String prompt) {
        return "{\"model\":\""
                + model
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
                + prompt
                + "\"}]}";
    }
}
