package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers;
import dev.millrace.workers.engine.BreakerState;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps calls away from a server that fails. After a pause a few calls probe it; the pause doubles
 * each time that they fail. Thread-safe.
 */
final class Breaker {
    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
    static final int PROBES = 3;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Slow is no failure here: how long an answer may take is the lane's to say. */
    private static final Duration NEVER_SLOW = Duration.ofDays(365);

    private static final ServerFault FAULT = new ServerFault();

    private final CircuitBreaker circuit;

    Breaker(String endpoint, ChatServers.Breaker settings, Clock clock) {
        circuit =
                CircuitBreaker.of(
                        endpoint,
                        CircuitBreakerConfig.custom()
                                .failureRateThreshold(settings.failureRate())
                                .slidingWindow(
                                        settings.calls(),
                                        settings.calls(),
                                        SlidingWindowType.COUNT_BASED)
                                .permittedNumberOfCallsInHalfOpenState(PROBES)
                                .waitIntervalFunctionInOpenState(pauses(settings.openFor()))
                                .slowCallDurationThreshold(NEVER_SLOW)
                                .clock(clock)
                                .build());
        circuit.getEventPublisher()
                .onStateTransition(
                        event ->
                                LOG.warn(
                                        "endpoint={} breaker={} was={}",
                                        endpoint,
                                        state(event.getStateTransition().getToState()).word(),
                                        state(event.getStateTransition().getFromState()).word()));
    }

    private static IntervalFunction pauses(Duration first) {
        Duration longest = first.compareTo(LONGEST_PAUSE) > 0 ? first : LONGEST_PAUSE;
        return IntervalFunction.ofExponentialBackoff(first, 2, longest);
    }

    /** Whether a call may be made; if so, it has to be reported, however it ends. */
    boolean tryAcquire() {
        return circuit.tryAcquirePermission();
    }

    void succeeded() {
        circuit.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    void failed() {
        circuit.onError(0, TimeUnit.NANOSECONDS, FAULT);
    }

    /** The call says nothing about the server. */
    void release() {
        circuit.releasePermission();
    }

    /** One whose pause is over stays open until the next call probes the server. */
    BreakerState state() {
        return state(circuit.getState());
    }

    private static BreakerState state(CircuitBreaker.State state) {
        return switch (state) {
            case CLOSED, DISABLED, METRICS_ONLY -> BreakerState.CLOSED;
            case HALF_OPEN -> BreakerState.HALF_OPEN;
            case OPEN, FORCED_OPEN -> BreakerState.OPEN;
        };
    }

    /** What the library wants to be told; that it was a failure is all that matters. */
    private static final class ServerFault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ServerFault() {
            super("the server failed", null, false, false);
        }
    }
}
