package dev.millrace.classifier.service;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Waste;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Retry;
import dev.millrace.v1.Unavailable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The classifier's meters. They may count a step twice that a failure made undo and do again. */
public final class MeteredJobs implements ClassifierMetrics {
    private static final String LANE = "lane";
    private static final String STATUS = "status";
    private static final String WHY = "why";

    private final MeterRegistry meters;
    private final Clock clock;
    private final LaneBoard board;
    private final Supplier<Catalog> catalog;
    private final Counter accepted;
    private final Map<ResultStatus, Counter> ended = new EnumMap<>(ResultStatus.class);
    private final Map<Integer, Long> openJobs = new ConcurrentHashMap<>();
    private final Map<Integer, Map<String, LaneWork>> openByLane = new ConcurrentHashMap<>();
    private final Map<Integer, Long> lastAlive = new ConcurrentHashMap<>();
    private final Set<String> gauged = ConcurrentHashMap.newKeySet();
    private final Map<String, Times> times = new ConcurrentHashMap<>();

    /** How long attempts of one lane waited, and how long the model took. */
    private record Times(Timer queue, Timer model) {}

    public MeteredJobs(
            MeterRegistry meters, Clock clock, LaneBoard board, Supplier<Catalog> catalog) {
        this.meters = meters;
        this.clock = clock;
        this.board = board;
        this.catalog = catalog;
        accepted =
                Counter.builder("millrace.jobs.accepted")
                        .description("Jobs that admission accepted")
                        .register(meters);
        for (ResultStatus status : ResultStatus.values()) {
            ended.put(
                    status,
                    Counter.builder("millrace.results")
                            .description("Jobs that ended, by how")
                            .tag(STATUS, word(status))
                            .register(meters));
        }
        meters.gauge("millrace.open.jobs", openJobs, MeteredJobs::sum);
    }

    @Override
    public void accepted() {
        accepted.increment();
    }

    @Override
    public void ended(InferenceResult result) {
        Counter counter = ended.get(result.getStatus());
        if (counter != null) {
            counter.increment();
        }
        result.getLane()
                .or(() -> result.getDecision().flatMap(Decision::getLane))
                .ifPresent(
                        lane ->
                                meters.counter(
                                                "millrace.lane.results",
                                                LANE,
                                                lane,
                                                STATUS,
                                                word(result.getStatus()))
                                        .increment());
    }

    @Override
    public void attempt(Outcome outcome) {
        Times lane = times.computeIfAbsent(outcome.getLane(), this::times);
        switch (outcome.getBody()) {
            case Retry retry -> again(outcome, "retry");
            case Unavailable unavailable -> again(outcome, "unavailable");
            default -> {
                lane.queue().record(Duration.ofMillis(outcome.getTiming().getQueueMs()));
                lane.model().record(Duration.ofMillis(outcome.getTiming().getModelMs()));
            }
        }
    }

    @Override
    public void wasted(Waste waste) {
        if (!waste.why().equals("cancelled")) {
            meters.counter("millrace.rerun.outcomes", LANE, waste.lane(), WHY, waste.why())
                    .increment();
        }
        long tokens = waste.usage().getInputTokens() + waste.usage().getOutputTokens();
        meters.counter("millrace.wasted.tokens", LANE, waste.lane(), WHY, waste.why())
                .increment((double) tokens);
    }

    @Override
    public void open(int partition, long jobs) {
        openJobs.put(partition, jobs);
    }

    @Override
    public void lanes(int partition, Map<String, LaneWork> open) {
        openByLane.put(partition, Map.copyOf(open));
        open.keySet().stream().filter(gauged::add).forEach(this::gauges);
    }

    @Override
    public void alive(int partition, long atMillis) {
        lastAlive.put(partition, atMillis);
    }

    @Override
    public void left(int partition) {
        openJobs.remove(partition);
        openByLane.remove(partition);
        lastAlive.remove(partition);
    }

    /** Whether every task of this process was alive lately. */
    boolean allAliveWithin(Duration time) {
        long since = clock.millis() - time.toMillis();
        return lastAlive.values().stream().allMatch(at -> at >= since);
    }

    private void gauges(String lane) {
        gauge("millrace.lane.open.jobs", "Open jobs of a lane", lane, LaneWork::jobs);
        gauge(
                "millrace.lane.overflow.jobs",
                "Of them those over their tenant's share",
                lane,
                work -> work.jobs() - work.priorityJobs());
        gauge(
                "millrace.lane.work.seconds",
                "What is open in a lane, in seconds that one worker takes for it at the speed"
                        + " measured; not a number before any",
                lane,
                work -> seconds(lane, work));
    }

    private void gauge(
            String name, String description, String lane, ToDoubleFunction<LaneWork> value) {
        Gauge.builder(name, openByLane, all -> value.applyAsDouble(sum(all, lane)))
                .description(description)
                .tag(LANE, lane)
                .register(meters);
    }

    /** Independent of how many workers there are: a scaler divides it by what one shall have. */
    private double seconds(String lane, LaneWork work) {
        int slots = catalog.get().lane(lane).map(Lane::slots).orElse(1);
        return work.tokens() == 0
                ? 0
                : work.tokens() * board.millisPerToken(lane).orElse(Double.NaN) / 1000 / slots;
    }

    private void again(Outcome outcome, String why) {
        meters.counter("millrace.lane.retries", LANE, outcome.getLane(), WHY, why).increment();
        long tokens = outcome.getUsage().getInputTokens() + outcome.getUsage().getOutputTokens();
        if (tokens > 0) {
            meters.counter("millrace.wasted.tokens", LANE, outcome.getLane(), WHY, why)
                    .increment((double) tokens);
        }
    }

    private Times times(String lane) {
        return new Times(
                timer("millrace.lane.queue", "From routing to the start of the attempt", lane),
                timer("millrace.lane.model", "The model's time for an attempt", lane));
    }

    private Timer timer(String name, String description, String lane) {
        return Timer.builder(name)
                .description(description)
                .tag(LANE, lane)
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(30),
                        Duration.ofMillis(100),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(10))
                .register(meters);
    }

    private static LaneWork sum(Map<Integer, Map<String, LaneWork>> all, String lane) {
        return all.values().stream()
                .map(lanes -> lanes.getOrDefault(lane, LaneWork.NONE))
                .reduce(LaneWork.NONE, LaneWork::plus);
    }

    private static double sum(Map<Integer, Long> jobs) {
        return jobs.values().stream().mapToLong(Long::longValue).sum();
    }

    private static String word(ResultStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
