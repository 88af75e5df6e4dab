package dev.millrace.classifier.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.JobFlow;
import dev.millrace.classifier.fair.FairShare;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.given.Commands;
import dev.millrace.classifier.given.LaneSimulation;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.classifier.job.Arrival;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.store.InMemoryBook;
import dev.millrace.job.Answers;
import dev.millrace.v1.Band;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.TenantStatus;
import dev.millrace.v1.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ten equal tenants use a lane of 4 slots and 50 ms a job to 70 %, at random moments; then one of
 * them sends twenty times as much for a minute. The real flow decides, over the real formats; time
 * and the worker are simulated, so the figures are the same on every machine.
 */
class FairnessSimulationTest {
    private static final int TENANTS = 10;
    private static final int SLOTS = 4;
    private static final long JOB_MICROS = 50_000;
    private static final double PER_SECOND = 0.7 * SLOTS * 1_000_000 / JOB_MICROS / TENANTS;
    private static final int FLOOD = 20;
    private static final long WARM_UP = 10_000_000;
    private static final long PHASE = 60_000_000;

    /** From a task's word to what the others know, and from an end to what its task knows. */
    private static final long STATUS_DELAY = 400_000;

    private static final long OUTCOME_DELAY = 30_000;

    /** From routing to a worker's hand: a transaction ends and a fetch returns. */
    private static final long DELIVERY = 15_000;

    /** Of a worker, around the model's time. */
    private static final double OVERHEAD = 1_000;

    @Test
    void aFloodOfOneLengthensTheOthersWaitingByHalfAtMost() {
        // Given four minutes of ordinary use, and four of a flood
        Waits before = new Waits();
        Waits during = new Waits();

        // When
        for (long seed = 1; seed <= 4; seed++) {
            try (World world = new World(seed, new FairShare())) {
                world.run();
                before.addAll(world.before);
                during.addAll(world.during);

                // Then the flood uses what the others leave, and ordinary bursts stay where they
                // are
                assertThat(world.busy()).isGreaterThan(0.99);
                assertThat(world.overflowOfOthers).isLessThan(world.during.size() / 1_000);
            }
        }

        // and the others hardly notice
        assertThat((double) during.p99Millis() / before.p99Millis())
                .as("before %d ms, during %d ms", before.p99Millis(), during.p99Millis())
                .isLessThan(1.5);
    }

    @Test
    void withoutSharesTheOthersWaitBehindTheFlood() {
        FairShare everything = new FairShare(Duration.ofDays(1), FairShare.ALWAYS);
        try (World world = new World(1, everything)) {
            world.run();

            assertThat(world.during.p99Millis()).isGreaterThan(20 * world.before.p99Millis());
        }
    }

    /** How long jobs waited for their slot, in microseconds. */
    private static final class Waits extends ArrayList<Long> {
        private static final long serialVersionUID = 1L;

        private long p99Millis() {
            List<Long> sorted = stream().sorted().toList();
            return sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1) / 1_000;
        }
    }

    private enum Kind {
        ARRIVAL,
        DELIVER,
        END,
        OUTCOME,
        TELL,
        HEAR
    }

    private record Event(long at, long order, Kind kind, String tenant, Optional<RoutedJob> job) {}

    /** Everything between a producer and a model, in microseconds since the start. */
    private static final class World implements AutoCloseable {
        private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
        private static final Catalog CATALOG =
                new Catalog(
                        1,
                        IntStream.range(0, TENANTS).mapToObj(i -> tenant("t" + i)).toList(),
                        List.of(lane()),
                        List.of(),
                        List.of());

        private final InMemoryBook stores = new InMemoryBook();
        private final LaneBoard board = new LaneBoard();
        private final TenantNews news = new TenantNews();
        private final LaneSimulation worker = new LaneSimulation(SLOTS);
        private final Random random;
        private final JobFlow flow;
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(
                        Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
        private final Map<String, Long> startedAt = new HashMap<>();
        private final List<List<TenantStatus>> told = new ArrayList<>();
        private final Waits before = new Waits();
        private final Waits during = new Waits();
        private long now;
        private long order;
        private int ended;
        private int overflowOfOthers;

        World(long seed, FairShare share) {
            random = new Random(seed);
            flow = JobFlow.with(() -> CATALOG, board, share);
        }

        private void run() {
            for (int i = 0; i < TENANTS; i++) {
                next("t" + i);
            }
            at(0, Kind.TELL, "", Optional.empty());
            while (now < WARM_UP + 2 * PHASE) {
                Event event = events.remove();
                now = event.at();
                happen(event);
            }
        }

        private void happen(Event event) {
            switch (event.kind()) {
                case ARRIVAL -> {
                    submit(event.tenant());
                    next(event.tenant());
                }
                case DELIVER -> {
                    worker.arrive(event.job().orElseThrow());
                    start();
                }
                case END -> end(event.job().orElseThrow());
                case OUTCOME -> outcome(event.job().orElseThrow());
                case TELL -> tell();
                case HEAR -> told.removeFirst().forEach(board::tenant);
            }
        }

        /** The next job of a tenant; its jobs come at random. */
        private void next(String tenant) {
            boolean floods = tenant.equals("t0") && isFlood();
            double rate = PER_SECOND * (floods ? FLOOD : 1);
            long pause = exponential(1_000_000 / rate);
            // the flood begins when it begins, and not with the next job of an ordinary time
            boolean until = tenant.equals("t0") && !isFlood() && now + pause > WARM_UP + PHASE;
            at(
                    until ? Math.max(1, WARM_UP + PHASE - now) : pause,
                    Kind.ARRIVAL,
                    tenant,
                    Optional.empty());
        }

        private long exponential(double mean) {
            return (long) (-Math.log(1 - random.nextDouble()) * mean);
        }

        private void submit(String tenant) {
            InferenceJob job =
                    Commands.job(with -> with.setTenant(tenant).setReply(null).setMaxTokens(100));
            JobCommand command =
                    JobCommand.newBuilder(
                                    Commands.submission(
                                            "j" + order,
                                            new Source(SourceKind.INTAKE, 0, null, null, null),
                                            job,
                                            instant()))
                            .setTenant(tenant)
                            .build();
            perform(flow.command(arrival(command), stores.book()));
        }

        private Arrival arrival(JobCommand command) {
            return new Arrival(command, 0, Optional.empty(), instant());
        }

        private void start() {
            for (Optional<RoutedJob> job = worker.start(); job.isPresent(); job = worker.start()) {
                startedAt.put(job.get().getJobId(), now);
                at(JOB_MICROS + exponential(OVERHEAD), Kind.END, "", job);
            }
        }

        private void end(RoutedJob job) {
            worker.end();
            ended += isFlood() ? 1 : 0;
            at(OUTCOME_DELAY, Kind.OUTCOME, "", Optional.of(job));
            start();
        }

        private void outcome(RoutedJob job) {
            long started = Objects.requireNonNull(startedAt.remove(job.getJobId()));
            long waited = started - micros(job.getRoutedAt());
            if (!job.getTenant().equals("t0") && micros(job.getRoutedAt()) >= WARM_UP) {
                boolean flood = micros(job.getRoutedAt()) >= WARM_UP + PHASE;
                (flood ? during : before).add(waited);
            }
            Outcome outcome =
                    Outcome.newBuilder(Outcomes.outcome(job, Answers.of("", "stop")))
                            .setTiming(
                                    new Timing(instant(), waited / 1_000, 0L, JOB_MICROS / 1_000))
                            .build();
            perform(flow.outcome(outcome, stores.book(), instant()));
            board.attempt(job.getLane(), job.getPredictedTokens(), JOB_MICROS / 1_000);
        }

        private void perform(Step step) {
            step.change().ifPresent(stores.book()::apply);
            step.change().ifPresent(change -> news.changed(change.id().tenant()));
            for (Emission emission : step.emissions()) {
                if (emission instanceof Emission.ToLane(RoutedJob routed)) {
                    news.routed(routed.getTenant(), routed.getLane(), instant());
                    board.routed(routed, CATALOG.lane("fast").orElseThrow(), instant());
                    boolean over = routed.getBand() == Band.OVERFLOW;
                    overflowOfOthers += over && !routed.getTenant().equals("t0") ? 1 : 0;
                    at(
                            DELIVERY / 2 + exponential(DELIVERY / 2),
                            Kind.DELIVER,
                            "",
                            Optional.of(routed));
                }
            }
        }

        /** Once a second the task and the worker tell what they know. */
        private void tell() {
            told.add(news.due(instant(), stores.book()::load));
            at(STATUS_DELAY, Kind.HEAR, "", Optional.empty());
            board.worker(
                    "fast/one",
                    LaneStatus.newBuilder()
                            .setLane("fast")
                            .setWorker("one")
                            .setSlots(worker.slots())
                            .setInFlight(0)
                            .setTokensPerSecond(0)
                            .setBreaker("closed")
                            .setAt(instant())
                            .build());
            at(1_000_000, Kind.TELL, "", Optional.empty());
        }

        private void at(long inMicros, Kind kind, String tenant, Optional<RoutedJob> job) {
            events.add(new Event(now + inMicros, order++, kind, tenant, job));
        }

        private boolean isFlood() {
            return now >= WARM_UP + PHASE;
        }

        private Instant instant() {
            return START.plusNanos(now * 1_000);
        }

        private static long micros(Instant instant) {
            return Duration.between(START, instant).toNanos() / 1_000;
        }

        /** Of the slots' time in the flood. */
        private double busy() {
            return ended * (JOB_MICROS + OVERHEAD) / PHASE / SLOTS;
        }

        private static Tenant tenant(String name) {
            return new Tenant(
                    name,
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    new Tenant.Limits(64 * 1024, 2048, 1_000_000, Duration.ofHours(6)));
        }

        private static Lane lane() {
            return new Lane(
                    "fast",
                    "echo",
                    List.of(),
                    new EngineSpec.Echo(Duration.ofMillis(50)),
                    12,
                    SLOTS,
                    1,
                    1024,
                    Duration.ofSeconds(30),
                    3,
                    false);
        }

        @Override
        public void close() {
            stores.close();
        }
    }
}
