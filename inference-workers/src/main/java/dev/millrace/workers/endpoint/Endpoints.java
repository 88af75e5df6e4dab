package dev.millrace.workers.endpoint;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.endpoint.KeyPool.Offer;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.TokenCounts;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The servers of a lane. Each attempt is a {@link Visit} that takes seats, one after the other,
 * until a call was made that means something: a seat is a server and a key for one call. A server
 * that is down, whose breaker is open or all of whose keys are set aside has none. Thread-safe.
 */
public final class Endpoints implements AutoCloseable {
    private final List<Endpoint> all;
    private final EndpointMeters meters;
    private final HealthChecks health;
    private final Clock clock;

    /** Guarded by itself. */
    private final EndpointChoice choice;

    public Endpoints(
            EngineSpec.Chat spec, SecretSource secrets, EndpointMeters meters, Clock clock) {
        KeyBudgets budgets = new KeyBudgets(spec.keys().limits());
        this.all =
                IntStream.range(0, spec.endpoints().size())
                        .mapToObj(i -> Endpoint.of(i, spec, budgets, secrets, clock))
                        .toList();
        this.choice =
                new EndpointChoice(spec.balance(), all.stream().map(Endpoint::weight).toList());
        this.meters = meters;
        this.clock = clock;
        this.health = new HealthChecks(all, spec.health(), spec.connectTimeout());
    }

    /** What an attempt gets. */
    public sealed interface Place {
        /** A call may be made; {@link Seat#end} has to be called, whatever comes of it. */
        record Free(Seat seat) implements Place {}

        /**
         * No server can be asked.
         *
         * @param code endpoint_down, breaker_open, provider_rate_limited, provider_unauthorized or
         *     missing_secret: of the server that is the nearest to being of use
         */
        record None(String code, String detail) implements Place {}
    }

    /** Begins with health checks and meters. */
    public Endpoints start() {
        meters.watch(all, clock);
        health.start();
        return this;
    }

    /** For one attempt. */
    public Visit visit() {
        return new Visit(this);
    }

    /** In the order of the catalog; a seat's server is an index into it. */
    public List<URI> urls() {
        return all.stream().map(Endpoint::url).toList();
    }

    /** The worst of the servers. */
    public BreakerState worst() {
        return all.stream()
                .map(Endpoint::state)
                .max(Comparator.naturalOrder())
                .orElse(BreakerState.CLOSED);
    }

    /** Why no server can be asked for want of a key; empty where one can be. */
    public Optional<String> trouble() {
        List<Optional<String>> troubles =
                all.stream().map(endpoint -> endpoint.keys().trouble()).toList();
        return troubles.stream().allMatch(Optional::isPresent)
                ? troubles.stream().flatMap(Optional::stream).findFirst()
                : Optional.empty();
    }

    @Override
    public void close() {
        health.close();
    }

    Place next(Visit visit) {
        @Nullable Offer[] offers = new Offer[all.size()];
        Instant now = clock.instant();
        for (Endpoint endpoint : all) {
            if (!visit.hasLeft(endpoint) && endpoint.isUp()) {
                offers[endpoint.index()] =
                        endpoint.keys().offer(now, key -> visit.hasTried(endpoint, key));
            }
        }
        return probe(visit, offers, now)
                .or(() -> inTurn(visit, offers, now))
                .<Place>map(Place.Free::new)
                .orElseGet(() -> none(visit, offers));
    }

    void ended(Seat seat, Verdict verdict, TokenCounts tokens) {
        meters.called(seat, verdict, tokens, clock.instant());
    }

    Instant now() {
        return clock.instant();
    }

    /** One that may be probed goes first, so that it is known soon whether it works again. */
    private Optional<Seat> probe(Visit visit, @Nullable Offer[] offers, Instant now) {
        for (Endpoint endpoint : all) {
            if (offers[endpoint.index()] instanceof Offer.Key key
                    && endpoint.breaker().state() != BreakerState.CLOSED
                    && isTaken(endpoint, key.key(), now)) {
                return Optional.of(seat(visit, endpoint, key));
            }
        }
        return Optional.empty();
    }

    private Optional<Seat> inTurn(Visit visit, @Nullable Offer[] offers, Instant now) {
        synchronized (choice) {
            for (int tries = 0; tries < all.size(); tries++) {
                OptionalInt chosen =
                        choice.next(
                                i ->
                                        offers[i] instanceof Offer.Key
                                                && all.get(i).state() == BreakerState.CLOSED,
                                i -> all.get(i).inFlight());
                if (chosen.isEmpty()) {
                    return Optional.empty();
                }
                Endpoint endpoint = all.get(chosen.getAsInt());
                if (offers[endpoint.index()] instanceof Offer.Key key
                        && isTaken(endpoint, key.key(), now)) {
                    return Optional.of(seat(visit, endpoint, key));
                }
            }
            return Optional.empty();
        }
    }

    /** A call with the key, and leave to make it at the server; both, or neither. */
    private static boolean isTaken(Endpoint endpoint, ApiKey key, Instant now) {
        KeyBudget budget = endpoint.keys().budget(key);
        if (!budget.tryCall(now)) {
            return false;
        }
        if (endpoint.breaker().tryAcquire()) {
            return true;
        }
        budget.giveBack(now);
        return false;
    }

    private static Seat seat(Visit visit, Endpoint endpoint, Offer.Key key) {
        endpoint.began();
        return new Seat(visit, endpoint, key.key());
    }

    private Place.None none(Visit visit, @Nullable Offer[] offers) {
        return all.stream()
                .filter(endpoint -> !visit.hasLeft(endpoint))
                .flatMap(endpoint -> why(endpoint, offers[endpoint.index()]))
                .min(Comparator.comparingInt(Endpoints::distance))
                .orElseGet(() -> new Place.None("provider_unreachable", "every server was tried"));
    }

    private static Stream<Place.None> why(Endpoint endpoint, @Nullable Offer offer) {
        return switch (offer) {
            case null ->
                    Stream.of(
                            new Place.None(
                                    "endpoint_down",
                                    "its health check finds " + endpoint.name() + " down"));
            case Offer.Nothing nothing ->
                    Stream.of(new Place.None(nothing.code(), nothing.detail()));
            case Offer.Key key ->
                    Stream.of(
                            new Place.None(
                                    "breaker_open",
                                    "calls to " + endpoint.name() + " fail; it is left alone"));
        };
    }

    /** How far a server is from being of use. */
    private static int distance(Place.None none) {
        return switch (none.code()) {
            case "provider_rate_limited" -> 0;
            case "breaker_open" -> 1;
            case "endpoint_down" -> 2;
            case "provider_unauthorized" -> 3;
            default -> 4;
        };
    }
}
