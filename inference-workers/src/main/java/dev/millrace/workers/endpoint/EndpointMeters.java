package dev.millrace.workers.endpoint;

import dev.millrace.catalog.Price;
import dev.millrace.workers.engine.BreakerState;
import dev.millrace.workers.engine.TokenCounts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a lane's servers and keys are up to. A server is named by its URL, a key by where the
 * catalog says it is; neither is a secret.
 */
public final class EndpointMeters {
    static final String BREAKER = "millrace.endpoint.breaker";
    static final String UP = "millrace.endpoint.up";
    static final String IN_FLIGHT = "millrace.endpoint.in.flight";
    static final String CALLS = "millrace.endpoint.calls";
    static final String KEY_CALLS = "millrace.key.calls";
    static final String KEY_TOKENS = "millrace.key.tokens";
    static final String KEY_SPEND = "millrace.key.spend";
    static final String KEY_ASIDE = "millrace.key.aside";

    private static final String LANE = "lane";
    private static final String ENDPOINT = "endpoint";
    private static final String KEY = "key";
    private static final String RESULT = "result";

    private final MeterRegistry registry;
    private final String lane;
    private final KeySpend.Prices prices;
    private final MultiGauge breaker;
    private final MultiGauge up;
    private final MultiGauge inFlight;
    private final MultiGauge aside;

    /** For a lane whose price nobody tells. */
    public EndpointMeters(MeterRegistry registry, String lane) {
        this(registry, lane, moment -> Optional.empty());
    }

    /**
     * Meters of one lane.
     *
     * @param prices the lane's
     */
    public EndpointMeters(MeterRegistry registry, String lane, KeySpend.Prices prices) {
        this.registry = registry;
        this.lane = lane;
        this.prices = prices;
        this.breaker = gauge(BREAKER, "1 for the state that the endpoint's breaker is in");
        this.up = gauge(UP, "Whether the endpoint answers its health checks");
        this.inFlight = gauge(IN_FLIGHT, "Calls under way at the endpoint");
        this.aside = gauge(KEY_ASIDE, "Whether the key is set aside at the endpoint");
    }

    /** Shows these servers from now on, and no longer those before. */
    synchronized void watch(List<Endpoint> endpoints, Clock clock) {
        breaker.register(endpoints.stream().flatMap(EndpointMeters::states).toList(), true);
        up.register(
                endpoints.stream()
                        .<Row<?>>map(each -> Row.of(at(each), each, e -> e.isUp() ? 1 : 0))
                        .toList(),
                true);
        inFlight.register(
                endpoints.stream()
                        .<Row<?>>map(each -> Row.of(at(each), each, Endpoint::inFlight))
                        .toList(),
                true);
        aside.register(endpoints.stream().flatMap(each -> keys(each, clock)).toList(), true);
    }

    /** A call is over. */
    void called(Seat seat, Verdict verdict, TokenCounts tokens, Instant now) {
        counter(CALLS, "Calls by what they say about the endpoint")
                .tag(ENDPOINT, seat.endpoint())
                .tag(RESULT, verdict.word())
                .register(registry)
                .increment();
        counter(KEY_CALLS, "Calls by what they say about the key")
                .tag(KEY, seat.key().label())
                .tag(RESULT, verdict.word())
                .register(registry)
                .increment();
        tokens(seat, "input", tokens.input());
        tokens(seat, "output", tokens.output());
        prices.at(now).ifPresent(price -> spend(seat, verdict, tokens, price));
    }

    private void spend(Seat seat, Verdict verdict, TokenCounts tokens, Price price) {
        double spend = KeySpend.micros(tokens, verdict instanceof Verdict.Answered, price);
        if (spend > 0) {
            counter(KEY_SPEND, "What the calls with the key have cost at the lane's price")
                    .tag(KEY, seat.key().label())
                    .tag("currency", price.currency())
                    .baseUnit("micros")
                    .register(registry)
                    .increment(spend);
        }
    }

    private void tokens(Seat seat, String type, long count) {
        if (count > 0) {
            counter(KEY_TOKENS, "Tokens of calls that were made with the key")
                    .tag(KEY, seat.key().label())
                    .tag("type", type)
                    .register(registry)
                    .increment(count);
        }
    }

    private static Stream<Row<?>> states(Endpoint endpoint) {
        return Arrays.stream(BreakerState.values())
                .map(
                        state ->
                                Row.of(
                                        at(endpoint).and("state", state.word()),
                                        endpoint,
                                        each -> each.breaker().state() == state ? 1 : 0));
    }

    private static Stream<Row<?>> keys(Endpoint endpoint, Clock clock) {
        return endpoint.keys().labels().stream()
                .map(
                        label ->
                                Row.of(
                                        at(endpoint).and(KEY, label),
                                        endpoint,
                                        each ->
                                                each.keys().aside(clock.instant()).contains(label)
                                                        ? 1
                                                        : 0));
    }

    private static Tags at(Endpoint endpoint) {
        return Tags.of(ENDPOINT, endpoint.name());
    }

    private MultiGauge gauge(String name, String description) {
        return MultiGauge.builder(name).description(description).tag(LANE, lane).register(registry);
    }

    private Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description).tag(LANE, lane);
    }
}
