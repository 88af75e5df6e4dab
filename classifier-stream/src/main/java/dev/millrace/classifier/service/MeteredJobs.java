package dev.millrace.classifier.service;

import dev.millrace.classifier.job.Waste;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.v1.ResultStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The classifier's meters. They may count a step twice that a failure made undo and do again. */
@Singleton
public final class MeteredJobs implements ClassifierMetrics {
    private final MeterRegistry meters;
    private final Clock clock;
    private final Counter accepted;
    private final Map<ResultStatus, Counter> ended = new EnumMap<>(ResultStatus.class);
    private final Map<Integer, Long> openJobs = new ConcurrentHashMap<>();
    private final Map<Integer, Long> lastAlive = new ConcurrentHashMap<>();

    public MeteredJobs(MeterRegistry meters, Clock clock) {
        this.meters = meters;
        this.clock = clock;
        accepted =
                Counter.builder("millrace.jobs.accepted")
                        .description("Jobs that admission accepted")
                        .register(meters);
        for (ResultStatus status : ResultStatus.values()) {
            ended.put(
                    status,
                    Counter.builder("millrace.results")
                            .description("Jobs that ended, by how")
                            .tag("status", status.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        meters.gauge("millrace.open.jobs", openJobs, MeteredJobs::sum);
    }

    @Override
    public void accepted() {
        accepted.increment();
    }

    @Override
    public void ended(ResultStatus status) {
        Counter counter = ended.get(status);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void wasted(Waste waste) {
        if (!waste.why().equals("cancelled")) {
            meters.counter("millrace.rerun.outcomes", "lane", waste.lane(), "why", waste.why())
                    .increment();
        }
        long tokens = waste.usage().getInputTokens() + waste.usage().getOutputTokens();
        meters.counter("millrace.wasted.tokens", "lane", waste.lane(), "why", waste.why())
                .increment(tokens);
    }

    @Override
    public void open(int partition, long jobs) {
        openJobs.put(partition, jobs);
    }

    @Override
    public void alive(int partition, long atMillis) {
        lastAlive.put(partition, atMillis);
    }

    @Override
    public void left(int partition) {
        openJobs.remove(partition);
        lastAlive.remove(partition);
    }

    /** Whether every task of this process was alive lately. */
    boolean allAliveWithin(Duration time) {
        long since = clock.millis() - time.toMillis();
        return lastAlive.values().stream().allMatch(at -> at >= since);
    }

    private static double sum(Map<Integer, Long> jobs) {
        return jobs.values().stream().mapToLong(Long::longValue).sum();
    }
}
