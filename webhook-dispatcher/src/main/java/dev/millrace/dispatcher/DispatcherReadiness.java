package dev.millrace.dispatcher;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import org.reactivestreams.Publisher;

/** Up while events become rows and rows become attempts. */
@Singleton
@Readiness
public final class DispatcherReadiness implements HealthIndicator {
    private final DispatcherService service;

    public DispatcherReadiness(DispatcherService service) {
        this.service = service;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = service.isReady() ? HealthStatus.UP : HealthStatus.DOWN;
        return Publishers.just(HealthResult.builder("dispatcher", status).build());
    }
}
