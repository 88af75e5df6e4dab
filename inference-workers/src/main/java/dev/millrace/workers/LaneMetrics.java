package dev.millrace.workers;

import dev.millrace.catalog.Lane;
import dev.millrace.v1.Cancelled;
import dev.millrace.v1.Failed;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.Unavailable;
import dev.millrace.v1.Usage;
import dev.millrace.workers.handover.HeldJobs;
import dev.millrace.workers.intake.JobBoard;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What a worker tells about its lane; every meter carries the lane's name. */
public final class LaneMetrics {
    private static final String LANE = "lane";
    private static final Duration[] BUCKETS =
            IntStream.of(
                            5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
                            60_000, 300_000, 900_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final String lane;
    private final Timer queueTime;
    private final Timer modelTime;
    private final Timer firstTokenTime;
    private final TokenRate rate;
    private final GenAiMeters calls;
    private final Map<String, Counter> outcomes = new ConcurrentHashMap<>();
    private final Counter inputTokens;
    private final Counter cachedTokens;
    private final Counter cacheWriteTokens;
    private final Counter outputTokens;
    private final Counter reasoningTokens;

    /**
     * @param spec the lane in the catalog, once it is known
     */
    public LaneMetrics(
            MeterRegistry registry, String lane, TokenRate rate, Supplier<Optional<Lane>> spec) {
        this.registry = registry;
        this.lane = lane;
        this.rate = rate;
        this.calls = new GenAiMeters(registry, lane, spec);
        this.inputTokens = tokenCounter("input");
        this.cachedTokens = tokenCounter("cached_input");
        this.cacheWriteTokens = tokenCounter("cache_write");
        this.outputTokens = tokenCounter("output");
        this.reasoningTokens = tokenCounter("reasoning");
        this.queueTime =
                timer("millrace.worker.queue.time", "From routing to the start of the attempt");
        this.modelTime = timer("millrace.worker.model.time", "The model call");
        this.firstTokenTime =
                timer(
                        "millrace.worker.first.token.time",
                        "From the start of the model call to its first token");
    }

    /** Gauges over what is under way. */
    public void watch(JobBoard board) {
        Gauge.builder("millrace.worker.tokens.per.second", rate, TokenRate::perSecond)
                .description("Output tokens for each second, over the last ten")
                .tag(LANE, lane)
                .register(registry);
        gauge("millrace.worker.in.flight", "Jobs that hold a slot", board, JobBoard::running);
        gauge("millrace.worker.slots", "Jobs that may run at once", board, JobBoard::slots);
        gauge(
                "millrace.worker.waiting",
                "Jobs taken from the lane that wait for a slot",
                board,
                JobBoard::waiting);
        gauge(
                "millrace.worker.under.way",
                "Jobs that run, or whose outcome is on its way",
                board,
                JobBoard::underWay);
    }

    /** An outcome was acknowledged. */
    public void delivered(Outcome outcome) {
        outcomes.computeIfAbsent(kind(outcome), this::outcomeCounter).increment();
        calls.ended(outcome);
        queueTime.record(Duration.ofMillis(outcome.getTiming().getQueueMs()));
        modelTime.record(Duration.ofMillis(outcome.getTiming().getModelMs()));
        firstTokenTime.record(Duration.ofMillis(outcome.getTiming().getFirstTokenMs()));
        Usage usage = outcome.getUsage();
        inputTokens.increment(usage.getInputTokens());
        cachedTokens.increment(usage.getCachedInputTokens());
        cacheWriteTokens.increment(usage.getCacheWriteInputTokens());
        outputTokens.increment(usage.getOutputTokens());
        reasoningTokens.increment(usage.getReasoningTokens());
        rate.add(usage.getOutputTokens());
    }

    /** A record was finished without an outcome. */
    public void skipped(String why) {
        counter("millrace.worker.skipped", "Records finished without an attempt", "why", why)
                .increment();
    }

    /** What became of a record that another worker ran, or died with. */
    public void ruled(HeldJobs.Verdict verdict) {
        counter(
                        "millrace.worker.handed.over",
                        "Records that other workers left, by what was done with them",
                        "verdict",
                        verdict.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    public void deadLettered(String reason) {
        counter("millrace.worker.dead.letters", "Records that could not be read", "reason", reason)
                .increment();
    }

    /**
     * @param change assigned, revoked or lost
     */
    public void rebalanced(String change) {
        counter(
                        "millrace.worker.rebalances",
                        "Changes of this worker's partitions",
                        "change",
                        change)
                .increment();
    }

    /** Which of the five kinds an outcome is. */
    public static String kind(Outcome outcome) {
        return switch (outcome.getBody()) {
            case Succeeded body -> "succeeded";
            case Failed body -> "failed";
            case Retry body -> "retry";
            case Unavailable body -> "unavailable";
            case Cancelled body -> "cancelled";
            default -> "unknown";
        };
    }

    private Counter outcomeCounter(String kind) {
        return counter("millrace.worker.outcomes", "Acknowledged outcomes", "kind", kind);
    }

    private Counter tokenCounter(String type) {
        return counter("millrace.worker.tokens", "Tokens of all attempts", "type", type);
    }

    private Counter counter(String name, String description, String tag, String value) {
        return Counter.builder(name)
                .description(description)
                .tag(LANE, lane)
                .tag(tag, value)
                .register(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .tag(LANE, lane)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private void gauge(
            String name, String description, JobBoard board, ToDoubleFunction<JobBoard> value) {
        Gauge.builder(name, board, value)
                .description(description)
                .tag(LANE, lane)
                .register(registry);
    }
}
