package dev.millrace.workers;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import org.reactivestreams.Publisher;

/**
 * Ready only where jobs are really taken: a member of the group, polling, with an engine that runs.
 */
@Singleton
@Readiness
final class WorkerReadiness implements HealthIndicator {
    private final WorkerProcess worker;

    WorkerReadiness(WorkerProcess worker) {
        this.worker = worker;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        Optional<String> trouble = worker.trouble();
        HealthStatus status = trouble.isEmpty() ? HealthStatus.UP : HealthStatus.DOWN;
        Map<String, String> details =
                Map.of("lane", worker.laneName(), "state", trouble.orElse("serving"));
        return Publishers.just(
                HealthResult.builder("lane-worker", status).details(details).build());
    }
}
