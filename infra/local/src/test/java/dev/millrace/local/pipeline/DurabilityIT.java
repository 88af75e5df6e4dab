package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.cli.LocalStack;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stack of its own, as child processes of a real supervisor, so that all of it can die. */
class DurabilityIT {
    private static final int FIRST = 10;
    private static final int SECOND = 20;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatWasAcceptedOutlivesTheDeathOfEveryProcess() throws Exception {
        Home home = Pipeline.freshHome();
        LocalStack stack = new LocalStack(home);
        StringWriter told = new StringWriter();
        try {
            // Given
            assertThat(stack.up(new PrintWriter(told))).isTrue();
            String mark = UUID.randomUUID().toString();
            List<String> finished = new ArrayList<>();
            try (Pipeline before = new Pipeline(home, stack.endpoints())) {
                post(before, mark, 0, FIRST);
                for (int i = 0; i < FIRST; i++) {
                    finished.add(before.resultOf(mark + "-" + i).getJobId());
                }
                awaitCharged(before, finished);
                post(before, mark, FIRST, FIRST + SECOND);

                // When
                killEverything(home);
            }
            assertThat(stack.running()).isEmpty();
            assertThat(stack.up(new PrintWriter(told))).isTrue();

            // Then
            try (Pipeline after = new Pipeline(home, stack.endpoints())) {
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
            }
            List<Pids.Entry> alive = Pids.read(home);
            assertThat(alive).extracting(Pids.Entry::name).contains("supervisor", "broker");
            assertThat(stack.down()).isTrue();
            assertThat(stack.running()).isEmpty();
            awaitGone(alive);
        } finally {
            tearDown(stack, home);
        }
    }

    private static void post(Pipeline pipeline, String mark, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            pipeline.post(
                    "acme", Pipeline.job("default", "job number " + i, mark + "-" + i).build());
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

    /** The supervisor first, or it would start again what dies. */
    private static void killEverything(Home home) {
        List<Pids.Entry> all = Pids.read(home);
        assertThat(all).hasSizeGreaterThan(6);
        all.stream().filter(entry -> entry.name().equals("supervisor")).forEach(DurabilityIT::kill);
        Pids.read(home).forEach(DurabilityIT::kill);
        awaitGone(all);
    }

    private static void kill(Pids.Entry entry) {
        ours(entry).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static void awaitGone(List<Pids.Entry> entries) {
        Awaitility.await("no process is left")
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(entries)
                                        .filteredOn(entry -> ours(entry).isPresent())
                                        .isEmpty());
    }

    /** The process of this entry, not a later one under the same number. */
    private static Optional<ProcessHandle> ours(Pids.Entry entry) {
        return ProcessHandle.of(entry.pid())
                .filter(ProcessHandle::isAlive)
                .filter(
                        process ->
                                Pids.Entry.of(entry.name(), process, entry.lane()).equals(entry));
    }

    private static void tearDown(LocalStack stack, Home home) throws Exception {
        try {
            stack.down();
        } finally {
            Pids.read(home).forEach(DurabilityIT::kill);
            Pipeline.remove(home);
        }
    }
}
