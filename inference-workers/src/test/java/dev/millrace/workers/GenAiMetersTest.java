package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Answers;
import dev.millrace.job.Usages;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.Timing;
import dev.millrace.v1.Unavailable;
import dev.millrace.workers.testing.Jobs;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GenAiMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GenAiMeters meters = new GenAiMeters(registry, "echo", Optional::empty);

    @Test
    void aCallIsMeasuredUnderTheConventionalNames() {
        // When
        meters.ended(outcome(Answers.of("hi", "stop")));

        // Then
        Timer duration = registry.get("gen_ai.client.operation.duration").timer();
        assertThat(duration.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(70);
        assertThat(duration.getId().getTag("gen_ai.request.model")).isEqualTo("some-model");
        assertThat(duration.getId().getTag("error.type")).isEmpty();
        assertThat(tokens("input")).isEqualTo(11);
        assertThat(tokens("output")).isEqualTo(7);
        assertThat(
                        registry.get("gen_ai.server.time_to_first_token")
                                .timer()
                                .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(20);
    }

    @Test
    void aCallThatFailedIsToldApartByItsCode() {
        // When
        meters.ended(
                outcome(
                        new Retry(
                                new JobError("http_500", null, null, ""),
                                Instant.EPOCH,
                                Jobs.routed("job-1", "hi"))));

        // Then
        assertThat(
                        registry.get("gen_ai.client.operation.duration")
                                .tag("error.type", "http_500")
                                .timer()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void whatNeverReachedTheModelIsNoCall() {
        // When
        meters.ended(
                outcome(
                        new Unavailable(
                                new JobError("breaker_open", null, null, ""),
                                Jobs.routed("job-1", "hi"))));
        meters.ended(
                outcome(
                        new Retry(
                                new JobError("worker_died", null, null, ""),
                                Instant.EPOCH,
                                Jobs.routed("job-1", "hi"))));

        // Then
        assertThat(registry.getMeters()).isEmpty();
    }

    private double tokens(String type) {
        return registry.get("gen_ai.client.token.usage")
                .tag("gen_ai.token.type", type)
                .summary()
                .totalAmount();
    }

    private static Outcome outcome(Object body) {
        return new Outcome(
                "job-1",
                "acme",
                "echo",
                "some-model",
                1,
                "worker",
                Usages.of(11L, 0L, 7L, 0L, false),
                new Timing(Instant.EPOCH, 5L, 20L, 70L),
                body);
    }
}
