package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.home.Pids;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All of the stack dies, and is there again; the last to use it, since it ends it too. */
@Order(Integer.MAX_VALUE)
class DurabilityIT {
    private static final int FIRST = 10;
    private static final int SECOND = 20;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatWasAcceptedOutlivesTheDeathOfEveryProcess() throws Exception {
        // Given
        PipelineStack stack = PipelineStack.shared();
        Pipeline before = stack.pipeline();
        String mark = UUID.randomUUID().toString();
        List<String> finished = new ArrayList<>();
        post(before, mark, 0, FIRST);
        for (int i = 0; i < FIRST; i++) {
            finished.add(before.resultOf(mark + "-" + i).getJobId());
        }
        awaitCharged(before, finished);
        post(before, mark, FIRST, FIRST + SECOND);

        // When
        assertThat(stack.processes()).hasSizeGreaterThan(6);
        stack.killEverything();
        assertThat(stack.isRunning()).isFalse();
        Pipeline after = stack.startAgain();

        // Then
        List<String> all = new ArrayList<>();
        for (int i = 0; i < FIRST + SECOND; i++) {
            InferenceResult result = after.resultOf(mark + "-" + i);
            assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
            assertThat(after.resultsOf(mark + "-" + i)).hasSize(1);
            all.add(result.getJobId());
        }
        assertThat(all.subList(0, FIRST)).isEqualTo(finished);
        assertThat(all).doesNotHaveDuplicates();
        awaitCharged(after, all);
        PipelineScenario.assertHolds(after.judge());
        List<Pids.Entry> alive = stack.processes();
        assertThat(alive).extracting(Pids.Entry::name).contains("supervisor", "broker");
        assertThat(stack.down()).isTrue();
        assertThat(stack.isRunning()).isFalse();
        PipelineStack.awaitGone(alive);
    }

    private static void post(Pipeline pipeline, String mark, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            pipeline.post("acme", Pipeline.job("auto", "job number " + i, mark + "-" + i).build());
        }
    }

    private static void awaitCharged(Pipeline pipeline, List<String> jobs) {
        Awaitility.await("usage rows")
                .atMost(Pipeline.PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(
                                                pipeline.number(
                                                        "select count(*) from ledger.usage_event where job_id in ('"
                                                                + String.join("','", jobs)
                                                                + "')"))
                                        .isEqualTo(jobs.size()));
    }
}
