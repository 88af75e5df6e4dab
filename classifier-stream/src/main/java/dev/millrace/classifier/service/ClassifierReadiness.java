package dev.millrace.classifier.service;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import org.reactivestreams.Publisher;

/** Up while jobs are really being processed. */
@Singleton
@Readiness
final class ClassifierReadiness implements HealthIndicator {
    private final ClassifierService service;

    ClassifierReadiness(ClassifierService service) {
        this.service = service;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = service.isReady() ? HealthStatus.UP : HealthStatus.DOWN;
        return Publishers.just(HealthResult.builder("classifier", status).build());
    }
}
