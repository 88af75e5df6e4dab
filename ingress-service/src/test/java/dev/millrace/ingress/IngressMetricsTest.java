package dev.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class IngressMetricsTest {

    @Test
    void theGaugesGiveTheNumbersOfNow() {
        // Given
        MeterRegistry registry = new SimpleMeterRegistry();
        AtomicInteger waiting = new AtomicInteger(3);
        IngressMetrics metrics = new IngressMetrics(registry, waiting::get, () -> 0);

        // When
        waiting.set(4);
        metrics.holding(2, true);

        // Then
        assertThat(value(registry, "millrace.ingress.waiting.callers")).isEqualTo(4);
        assertThat(value(registry, "millrace.ingress.held.partitions")).isEqualTo(2);
        assertThat(value(registry, "millrace.ingress.halted")).isEqualTo(1);
    }

    @Test
    void theGaugesStayNumbersWhenTheRegistryIsTheOnlyOneLeft() {
        // Given
        MeterRegistry registry = new SimpleMeterRegistry();
        WeakReference<IngressMetrics> gone =
                new WeakReference<>(new IngressMetrics(registry, () -> 3, () -> 0));

        // When
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            System.gc();
                            return gone.get() == null;
                        });

        // Then
        assertThat(value(registry, "millrace.ingress.waiting.callers")).isEqualTo(3);
        assertThat(value(registry, "millrace.ingress.held.partitions")).isZero();
        assertThat(value(registry, "millrace.ingress.halted")).isZero();
    }

    private static double value(MeterRegistry registry, String name) {
        return registry.get(name).gauge().value();
    }
}
