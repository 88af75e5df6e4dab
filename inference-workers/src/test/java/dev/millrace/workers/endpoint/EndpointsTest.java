package dev.millrace.workers.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.ChatServers.Balance;
import dev.millrace.catalog.ChatServers.KeyLimits;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Price;
import dev.millrace.catalog.SecretRef;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.endpoint.Endpoints.Place;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.TokenCounts;
import dev.millrace.workers.testing.TestClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final Verdict ANSWERED = new Verdict.Answered();
    private static final Verdict FAILED = new Verdict.Failed();
    private static final Verdict LIMITED =
            new Verdict.RateLimited(Optional.of(Duration.ofSeconds(3)));
    private static final Duration OPEN_FOR = Duration.ofSeconds(5);
    private static final ChatServers.Breaker QUICK = new ChatServers.Breaker(50, 4, OPEN_FOR);

    private final TestClock clock = new TestClock();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final EndpointMeters meters = new EndpointMeters(registry, "cloud");

    @Test
    void aServerThatFailsIsLeftAloneThenProbedAndTrustedAgain() {
        // Given
        Endpoints endpoints = endpoints(1, 0);
        times(4, () -> call(endpoints, FAILED));
        assertThat(endpoints.worst()).isEqualTo(BreakerState.OPEN);
        assertThat(why(endpoints)).isEqualTo("breaker_open");

        // When
        clock.pass(OPEN_FOR.plusMillis(1));
        List<Seat> probes = taken(endpoints, Breaker.PROBES);

        // Then
        assertThat(endpoints.worst()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(why(endpoints)).isEqualTo("breaker_open");
        probes.forEach(probe -> probe.end(ANSWERED, 0, 0));
        assertThat(endpoints.worst()).isEqualTo(BreakerState.CLOSED);
        call(endpoints, ANSWERED);
    }

    @Test
    void whereProbesFailTheNextPauseIsTwiceAsLong() {
        // Given
        Endpoints endpoints = endpoints(1, 0);
        times(4, () -> call(endpoints, FAILED));
        clock.pass(OPEN_FOR.plusMillis(1));

        // When
        taken(endpoints, Breaker.PROBES).forEach(probe -> probe.end(FAILED, 0, 0));

        // Then
        clock.pass(OPEN_FOR.plusMillis(1));
        assertThat(why(endpoints)).isEqualTo("breaker_open");
        clock.pass(OPEN_FOR);
        assertThat(taken(endpoints, 1)).hasSize(1);
    }

    @Test
    void aProbeThatWasCancelledLeavesItsPlaceToAnother() {
        // Given
        Endpoints endpoints = endpoints(1, 0);
        times(4, () -> call(endpoints, FAILED));
        clock.pass(OPEN_FOR.plusMillis(1));

        // When
        taken(endpoints, Breaker.PROBES).forEach(probe -> probe.end(new Verdict.Undecided(), 0, 0));

        // Then
        assertThat(taken(endpoints, Breaker.PROBES)).hasSize(Breaker.PROBES);
    }

    @Test
    void whatIsNotTheServersFaultOpensNothing() {
        // Given
        Endpoints endpoints = endpoints(1, 0);

        // When
        times(20, () -> call(endpoints, new Verdict.Undecided()));
        times(20, () -> call(endpoints, new Verdict.Forbidden()));
        times(
                20,
                () -> {
                    call(endpoints, LIMITED);
                    clock.pass(Duration.ofSeconds(4));
                });

        // Then
        assertThat(endpoints.worst()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void theOthersTakeTheWorkOfOneThatFails() {
        // Given
        Endpoints endpoints = endpoints(3, 0);
        int failing = 1;

        // When
        List<Integer> servers = new ArrayList<>();
        times(60, () -> servers.add(callThatFailsAt(endpoints, failing)));

        // Then
        assertThat(servers.stream().filter(server -> server == failing)).hasSize(4);
        assertThat(endpoints.worst()).isEqualTo(BreakerState.OPEN);
        assertThat(servers.subList(30, 60)).containsOnly(0, 2);
    }

    @Test
    void anAttemptNeverMeetsTheSameServerWithTheSameKeyAgain() {
        // Given
        Endpoints endpoints = endpoints(2, 2);
        Visit visit = endpoints.visit();
        List<String> met = new ArrayList<>();

        // When
        while (visit.next() instanceof Place.Free(Seat seat)) {
            met.add(seat.server() + " " + seat.key().label());
            seat.end(new Verdict.Forbidden(), 0, 0);
        }

        // Then
        assertThat(met).containsExactlyInAnyOrder("0 env:K0", "0 env:K1", "1 env:K0", "1 env:K1");
    }

    @Test
    void aServerThatFailedAnAttemptIsNotMetAgainInIt() {
        // Given
        Endpoints endpoints = endpoints(2, 2);
        Visit visit = endpoints.visit();

        // When
        Seat first = seat(visit);
        first.end(FAILED, 0, 0);
        Seat second = seat(visit);
        second.end(FAILED, 0, 0);

        // Then
        assertThat(second.server()).isNotEqualTo(first.server());
        assertThat(visit.next()).isInstanceOf(Place.None.class);
    }

    @Test
    void aKeyIsOnlyToBlameForWhatAnotherKeyMayDo() {
        // Given
        Endpoints endpoints = endpoints(1, 2);
        Visit hopeless = endpoints.visit();

        // When
        seat(hopeless).end(new Verdict.Forbidden(), 0, 0);
        seat(hopeless).end(new Verdict.Forbidden(), 0, 0);

        // Then
        assertThat(hopeless.next()).isInstanceOf(Place.None.class);
        assertThat(seat(endpoints.visit()).key().label()).isEqualTo("env:K0");

        // When
        Visit helped = endpoints.visit();
        seat(helped).end(new Verdict.Forbidden(), 0, 0);
        seat(helped).end(ANSWERED, 0, 0);

        // Then
        assertThat(seat(endpoints.visit()).key().label()).isEqualTo("env:K1");
    }

    @Test
    void theReasonIsThatOfTheServerThatIsNearestToBeingOfUse() {
        // Given
        Endpoints endpoints = endpoints(2, 0);
        Visit visit = endpoints.visit();
        List<Seat> seats = List.of(seat(visit), seat(visit));
        seats.getFirst().end(LIMITED, 0, 0);
        assertThat(seats.getLast().server()).isNotEqualTo(seats.getFirst().server());

        // When
        seats.getLast().end(FAILED, 0, 0);
        times(3, () -> call(endpoints, FAILED));

        // Then
        assertThat(why(endpoints)).isEqualTo("provider_rate_limited");
        clock.pass(Duration.ofSeconds(3));
        assertThat(taken(endpoints, 1)).hasSize(1);
    }

    @Test
    void usageIsCountedByServerAndByKeyAndNoMeterShowsAKey() {
        // Given
        Endpoints endpoints = endpoints(1, 2);

        // When
        seat(endpoints.visit()).end(ANSWERED, 30, 12);
        seat(endpoints.visit()).end(LIMITED, 0, 0);
        seat(endpoints.visit()).end(new Verdict.KeyRefused(), 0, 0);
        Seat running = null;
        if (endpoints.visit().next() instanceof Place.Free(Seat seat)) {
            running = seat;
        }

        // Then
        assertThat(running).isNull();
        assertThat(count(EndpointMeters.KEY_CALLS, "key", "env:K0", "result", "answered"))
                .isEqualTo(1);
        assertThat(count(EndpointMeters.KEY_CALLS, "key", "env:K0", "result", "rate_limited"))
                .isEqualTo(1);
        assertThat(count(EndpointMeters.KEY_CALLS, "key", "env:K1", "result", "unauthorized"))
                .isEqualTo(1);
        assertThat(count(EndpointMeters.KEY_TOKENS, "key", "env:K0", "type", "input"))
                .isEqualTo(30);
        assertThat(count(EndpointMeters.KEY_TOKENS, "key", "env:K0", "type", "output"))
                .isEqualTo(12);
        assertThat(gauge(EndpointMeters.KEY_ASIDE, "key", "env:K1")).isEqualTo(1);
        assertThat(registry.getMeters().toString() + ids())
                .contains("env:K0")
                .doesNotContain("secret");
    }

    @Test
    void theGaugesShowTheServersOfTheNewestCatalog() {
        // Given
        Endpoints before = endpoints(2, 0);
        Seat running = seat(before.visit());
        assertThat(gauge(EndpointMeters.IN_FLIGHT, "endpoint", "http://s0/v1")).isEqualTo(1);

        // When
        Endpoints after = endpoints(1, 0);
        times(4, () -> call(after, FAILED));
        before.close();
        running.end(ANSWERED, 0, 0);

        // Then
        assertThat(registry.find(EndpointMeters.UP).gauges()).hasSize(1);
        assertThat(gauge(EndpointMeters.BREAKER, "state", "open")).isEqualTo(1);
        assertThat(gauge(EndpointMeters.BREAKER, "state", "closed")).isZero();
    }

    /** Calls under way and their ends in any order: the balance holds at every moment. */
    @Property(tries = 100)
    void underLoadNoServerHasMoreThanItsShareByMoreThanOneCall(
            @ForAll @IntRange(min = 1, max = 5) int servers,
            @ForAll @Size(max = 80) List<@IntRange(min = 0, max = 9) Integer> steps) {
        // Given
        Endpoints endpoints = endpoints(servers, 0, Balance.LEAST_LOADED);
        List<Seat> running = new ArrayList<>();
        for (int step : steps) {
            // When
            if (step < 6 || running.isEmpty()) {
                Map<Integer, Integer> load = load(running, servers);
                Seat seat = seat(endpoints.visit());
                running.add(seat);

                // Then
                assertThat(load.get(seat.server()))
                        .isEqualTo(load.values().stream().mapToInt(i -> i).min().orElseThrow());
            } else {
                running.remove(step % running.size()).end(ANSWERED, 0, 0);
            }
        }
    }

    private static Map<Integer, Integer> load(List<Seat> running, int servers) {
        Map<Integer, Integer> load = new HashMap<>();
        IntStream.range(0, servers).forEach(i -> load.put(i, 0));
        running.forEach(seat -> load.merge(seat.server(), 1, Integer::sum));
        return load;
    }

    private Endpoints endpoints(int servers, int keys) {
        return endpoints(servers, keys, Balance.ROUND_ROBIN);
    }

    @Test
    void aKeyThatHadItsCallsRestsAtEveryServerUntilItMayBeUsedAgain() {
        // Given
        KeyLimits limits =
                new KeyLimits(
                        Optional.of(2L), Optional.empty(), Optional.empty(), Optional.empty());
        Endpoints endpoints = endpoints(2, 1, Balance.ROUND_ROBIN, limits);

        // When
        call(endpoints, ANSWERED);
        call(endpoints, ANSWERED);

        // Then
        assertThat(why(endpoints)).isEqualTo("provider_rate_limited");
        assertThat(gauge("millrace.key.aside", "endpoint", "http://s0/v1")).isEqualTo(1);
        clock.pass(Duration.ofSeconds(62));
        assertThat(taken(endpoints, 2)).hasSize(2);
        assertThat(why(endpoints)).isEqualTo("provider_rate_limited");
    }

    @Test
    void whatAKeyHasSpentIsMeteredAtTheLanesPrice() {
        // Given
        Price price =
                new Price(
                        "cloud",
                        clock.instant(),
                        "USD",
                        3_000_000,
                        1_000_000,
                        9_000_000,
                        9_000_000,
                        5);
        EndpointMeters priced = new EndpointMeters(registry, "cloud", moment -> Optional.of(price));
        Endpoints endpoints = endpoints(1, 1, Balance.ROUND_ROBIN, KeyLimits.NONE, priced);

        // When
        seat(endpoints.visit()).end(ANSWERED, TokenCounts.reported(100, 40, 10, 0));
        seat(endpoints.visit()).end(FAILED, TokenCounts.reported(10, 0, 0, 0));

        // Then
        assertThat(count("millrace.key.spend", "key", "env:K0", "currency", "USD"))
                .isEqualTo(60 * 3 + 40 + 10 * 9 + 5 + 10 * 3);
    }

    private Endpoints endpoints(int servers, int keys, Balance balance) {
        return endpoints(servers, keys, balance, KeyLimits.NONE);
    }

    private Endpoints endpoints(int servers, int keys, Balance balance, KeyLimits limits) {
        return endpoints(servers, keys, balance, limits, meters);
    }

    private Endpoints endpoints(
            int servers, int keys, Balance balance, KeyLimits limits, EndpointMeters told) {
        return new Endpoints(
                        new EngineSpec.Chat(
                                IntStream.range(0, servers)
                                        .mapToObj(
                                                i ->
                                                        new ChatServers.Endpoint(
                                                                "http://s" + i + "/v1"))
                                        .toList(),
                                balance,
                                Optional.empty(),
                                QUICK,
                                "stand-in",
                                new ChatServers.Keys(
                                        IntStream.range(0, keys)
                                                .mapToObj(i -> new SecretRef("env:K" + i))
                                                .toList(),
                                        Optional.empty(),
                                        limits),
                                Duration.ofSeconds(1)),
                        new SecretSource(Map.of("K0", "secret-zero", "K1", "secret-one")),
                        told,
                        clock)
                .start();
    }

    private static Seat seat(Visit visit) {
        return ((Place.Free) visit.next()).seat();
    }

    private static int call(Endpoints endpoints, Verdict verdict) {
        Seat seat = seat(endpoints.visit());
        seat.end(verdict, 0, 0);
        return seat.server();
    }

    private static int callThatFailsAt(Endpoints endpoints, int failing) {
        Seat seat = seat(endpoints.visit());
        seat.end(seat.server() == failing ? FAILED : ANSWERED, 0, 0);
        return seat.server();
    }

    private static List<Seat> taken(Endpoints endpoints, int seats) {
        return IntStream.range(0, seats).mapToObj(i -> seat(endpoints.visit())).toList();
    }

    private static String why(Endpoints endpoints) {
        return ((Place.None) endpoints.visit().next()).code();
    }

    private double count(String meter, String... tags) {
        return registry.get(meter).tags(tags).counter().count();
    }

    private double gauge(String meter, String... tags) {
        return registry.get(meter).tags(tags).gauge().value();
    }

    private String ids() {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().toString())
                .toList()
                .toString();
    }

    private static void times(int times, Runnable what) {
        IntStream.range(0, times).forEach(i -> what.run());
    }
}
