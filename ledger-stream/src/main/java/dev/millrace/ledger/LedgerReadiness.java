package dev.millrace.ledger;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import org.reactivestreams.Publisher;

/** Up while the ledger really works: prices and writes. */
@Singleton
@Readiness
public final class LedgerReadiness implements HealthIndicator {
    private final LedgerService service;

    public LedgerReadiness(LedgerService service) {
        this.service = service;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = service.isReady() ? HealthStatus.UP : HealthStatus.DOWN;
        return Publishers.just(HealthResult.builder("ledger", status).build());
    }
}
