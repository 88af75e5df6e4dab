package dev.millrace.ingress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** The service's own meters, all in one place; each tag has few values. */
public final class IngressMetrics {
    private static final String JOBS = "millrace.ingress.jobs";
    private final MeterRegistry registry;
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger halted = new AtomicInteger();

    public IngressMetrics(
            MeterRegistry registry, IntSupplier waitingCallers, IntSupplier openWaits) {
        this.registry = registry;
        // a registry holds what it measures only weakly, unless it is told otherwise
        gauge("millrace.ingress.held.partitions", held::get);
        gauge("millrace.ingress.halted", halted::get);
        gauge("millrace.ingress.waiting.callers", waitingCallers);
        gauge("millrace.ingress.open.waits", openWaits);
    }

    /** A caller's job was taken. */
    public void accepted() {
        registry.counter(JOBS, "via", "http", "outcome", "accepted").increment();
    }

    /** A caller's job was refused. */
    public void refused(String code) {
        registry.counter(JOBS, "via", "http", "outcome", "refused").increment();
        registry.counter("millrace.ingress.refused", "via", "http", "code", code).increment();
    }

    /** A caller's job did not reach the pipeline, as far as is known. */
    public void unreachable() {
        registry.counter(JOBS, "via", "http", "outcome", "unreachable").increment();
    }

    /** A caller that waited for its job's end went away before it. */
    public void left() {
        registry.counter("millrace.ingress.callers.left").increment();
    }

    /** An intake record went on as a job. */
    public void forwarded() {
        registry.counter(JOBS, "via", "topic", "outcome", "accepted").increment();
    }

    /** An intake record went on as a refusal. */
    public void refusedRecord(String code) {
        registry.counter(JOBS, "via", "topic", "outcome", "refused").increment();
        registry.counter("millrace.ingress.refused", "via", "topic", "code", code).increment();
    }

    /** A record became a dead letter; {@code word} is the first of its reason. */
    public void buried(String word) {
        registry.counter("millrace.ingress.dead.letters", "reason", word).increment();
    }

    /** A result reached a reply topic. */
    public void replied() {
        registry.counter("millrace.ingress.replies").increment();
    }

    /**
     * So many intake partitions wait now; {@code becauseHalted}: for a registry that seems broken.
     */
    public void holding(int partitions, boolean becauseHalted) {
        held.set(partitions);
        halted.set(becauseHalted ? 1 : 0);
    }

    private void gauge(String name, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt).strongReference(true).register(registry);
    }
}
