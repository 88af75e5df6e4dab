package dev.millrace.ingress.http;

import dev.millrace.ingress.ServiceState;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import org.reactivestreams.Publisher;

/**
 * Ready when the catalog is read, the broker answers and all three readers have their partitions.
 */
@Singleton
@Readiness
final class IngressHealth implements HealthIndicator {
    private final ServiceState state;

    IngressHealth(ServiceState state) {
        this.state = state;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        return Publishers.just(
                HealthResult.builder(
                                "ingress", state.isReady() ? HealthStatus.UP : HealthStatus.DOWN)
                        .details(state.details())
                        .build());
    }
}
