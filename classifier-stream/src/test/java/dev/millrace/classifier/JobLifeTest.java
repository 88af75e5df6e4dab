package dev.millrace.classifier;

import static dev.millrace.classifier.given.Commands.HTTP;
import static dev.millrace.classifier.given.Commands.INTAKE;
import static dev.millrace.classifier.given.Commands.job;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.Lane;
import dev.millrace.classifier.fair.LaneSituation;
import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Commands;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.classifier.job.Arrival;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.classifier.store.InMemoryBook;
import dev.millrace.classifier.store.JobBook;
import dev.millrace.classifier.store.Stores;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever happens, in whatever order: an accepted job ends at most once, and exactly once by its
 * deadline; what was not accepted leaves nothing.
 */
class JobLifeTest {
    private static final List<String> IDS = List.of("p0", "p1", "p2", "p3", "p4", "p5", "p6");

    /** A lane that is slow enough for a fifth job to be over its tenant's share. */
    private static LaneSituation crowded(Lane lane, String tenant, Instant now) {
        return new LaneSituation(1, OptionalDouble.of(1), 3, 0);
    }

    /** One thing that happens; {@code which} and {@code how} choose among what is there. */
    private record Event(Kind kind, int which, int how) {}

    private enum Kind {
        SUBMIT,
        REFUSE,
        CANCEL,
        OUTCOME,
        OLD_OUTCOME,
        TIME
    }

    @Property(tries = 400)
    void everyAcceptedJobEndsExactlyOnce(@ForAll("events") List<Event> events) {
        try (World world = new World()) {
            // Given any history
            for (Event event : events) {
                world.happen(event);
                world.assertThatNothingEndedTwice();
            }

            // When every deadline has passed
            world.pass(Duration.ofHours(7));

            // Then
            assertThat(world.results.keySet()).containsAll(world.accepted);
            assertThat(world.cancelled).allSatisfy(world::assertThatItEndedCancelled);
            world.assertThatNothingEndedTwice();
            assertThat(world.book().load("acme")).isEqualTo(TenantLoad.NONE);
            assertThat(world.stores.inUse()).doesNotContain(Stores.RETRIES);

            // and When everything is to be forgotten
            world.pass(Duration.ofDays(8));

            // Then only the tenant's (empty) load is left
            assertThat(world.stores.inUse()).isSubsetOf(Stores.TENANTS);
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Kind> kinds =
                Arbitraries.frequency(
                        Tuple.of(5, Kind.SUBMIT),
                        Tuple.of(1, Kind.REFUSE),
                        Tuple.of(1, Kind.CANCEL),
                        Tuple.of(6, Kind.OUTCOME),
                        Tuple.of(1, Kind.OLD_OUTCOME),
                        Tuple.of(2, Kind.TIME));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.integers().between(0, 1000))
                .as(Event::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    /** The flow over stores in memory, and what an onlooker sees of it. */
    private static final class World implements AutoCloseable {
        private final InMemoryBook stores = new InMemoryBook();
        private final JobFlow flow = JobFlow.with(Catalogs::usual, JobLifeTest::crowded);
        private final List<RoutedJob> running = new ArrayList<>();
        private final List<RoutedJob> past = new ArrayList<>();
        private final Set<String> accepted = new HashSet<>();
        private final Set<String> cancelled = new HashSet<>();
        private final Set<String> stopped = new HashSet<>();
        private final Map<String, List<InferenceResult>> results = new HashMap<>();
        private final Map<String, Integer> lastAttempt = new HashMap<>();
        private Instant now = Instant.parse("2026-03-01T00:00:00Z");
        private int conflicts;

        private JobBook book() {
            return stores.book();
        }

        private void happen(Event event) {
            switch (event.kind()) {
                case SUBMIT -> send(submission(event));
                case REFUSE -> send(Commands.refusal(id(event), now));
                case CANCEL -> cancel(id(event));
                case OUTCOME -> answer(event, running);
                case OLD_OUTCOME -> answer(event, past);
                case TIME -> pass(Duration.ofSeconds(event.how() % 7 == 0 ? 4000 : event.how()));
            }
        }

        private void cancel(String id) {
            if (accepted.contains(id) && !results.containsKey(id)) {
                cancelled.add(id);
            }
            send(Commands.cancellation(id, now));
        }

        private JobCommand submission(Event event) {
            Source source = event.how() % 2 == 0 ? HTTP : INTAKE;
            JobCommand command =
                    Commands.submission(
                            id(event),
                            source,
                            job(
                                    job ->
                                            job.setModel(event.how() % 5 == 0 ? "old" : "auto")
                                                    .setSeed((long) (event.how() % 3 == 0 ? 1 : 2))
                                                    .setDeadlineMs(
                                                            event.how() % 4 == 0
                                                                    ? 0L
                                                                    : 1000L * event.which())),
                            now);
            return source == INTAKE ? Commands.withConflictId(command, "c" + conflicts++) : command;
        }

        private void send(JobCommand command) {
            perform(flow.command(new Arrival(command, 0, Optional.empty(), now), book()));
        }

        private void answer(Event event, List<RoutedJob> among) {
            if (among.isEmpty()) {
                return;
            }
            RoutedJob routed = among.get(event.which() % among.size());
            Outcome outcome =
                    switch (event.how() % 7) {
                        case 0 -> Outcomes.succeeded(routed);
                        case 1 -> Outcomes.failed(routed);
                        case 2 -> Outcomes.retry(routed, now.plusSeconds(event.how()));
                        case 3 -> Outcomes.retry(routed, now);
                        case 4 -> Outcomes.unavailable(routed);
                        case 5 -> Outcomes.retry(routed, "deadline_exceeded", now);
                        default -> Outcomes.cancelled(routed);
                    };
            Step step = flow.outcome(outcome, book(), now);
            if (running.remove(routed)) {
                past.add(routed);
            } else {
                assertThat(step.emissions()).isEmpty();
                assertThat(step.change()).isEmpty();
                assertThat(step.waste()).isPresent();
            }
            perform(step);
        }

        private void pass(Duration time) {
            now = now.plus(time);
            book().due(now, 1000, (id, job) -> perform(flow.due(id, job, book().held(id), now)));
        }

        private void perform(Step step) {
            step.change().ifPresent(book()::apply);
            step.emissions().forEach(this::see);
        }

        private void see(Emission emission) {
            switch (emission) {
                case Emission.ToLane(RoutedJob routed) -> {
                    assertThat(results).doesNotContainKey(routed.getJobId());
                    assertThat(routed.getAttempt())
                            .isGreaterThan(lastAttempt.getOrDefault(routed.getJobId(), 0));
                    lastAttempt.put(routed.getJobId(), routed.getAttempt());
                    running.add(routed);
                }
                case Emission.ToResults(InferenceResult result) ->
                        results.computeIfAbsent(result.getJobId(), any -> new ArrayList<>())
                                .add(result);
                case Emission.ToIngress ingress -> {
                    if (ingress.reply().getBody() instanceof Receipt receipt
                            && receipt.getStatus() == ReceiptStatus.ACCEPTED) {
                        assertThat(accepted.add(ingress.reply().getJobId())).isTrue();
                    }
                }
                case Emission.ToWebhooks callback -> {}
                case Emission.ToControl control ->
                        assertThat(stopped.add(control.event().getJobId())).isTrue();
                case Emission.ToTenantStatus status -> {}
                case Emission.ToDeadLetters letter ->
                        assertThat(letter.attempts()).isEqualTo(Catalogs.ATTEMPTS);
            }
        }

        private void assertThatNothingEndedTwice() {
            assertThat(results).allSatisfy((id, ends) -> assertThat(ends).hasSize(1));
            TenantLoad load = book().load("acme");
            assertThat(load.jobs()).isBetween(0L, (long) Catalogs.MAX_OUTSTANDING);
            LaneWork lanes = book().lanes().values().stream().reduce(LaneWork.NONE, LaneWork::plus);
            assertThat(lanes.jobs()).isEqualTo(load.jobs());
            assertThat(lanes.tokens()).isEqualTo(load.tokens());
            assertThat(lanes.priorityJobs()).isBetween(0L, lanes.jobs());
        }

        private void assertThatItEndedCancelled(String id) {
            assertThat(results.getOrDefault(id, List.of()))
                    .extracting(InferenceResult::getStatus)
                    .containsExactly(ResultStatus.CANCELLED);
        }

        private static String id(Event event) {
            return IDS.get(event.which() % IDS.size());
        }

        @Override
        public void close() {
            stores.close();
        }
    }
}
