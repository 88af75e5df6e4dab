package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.ChatServers.Keys;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.engine.BreakerState;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server of a lane: whether it works, its keys, and how busy it is. Thread-safe. */
final class Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

    /** One lost probe says little. */
    private static final int DOWN_AFTER = 2;

    private final int index;
    private final ChatServers.Endpoint spec;
    private final Breaker breaker;
    private final KeyPool keys;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger lostChecks = new AtomicInteger();

    private Endpoint(int index, ChatServers.Endpoint spec, Breaker breaker, KeyPool keys) {
        this.index = index;
        this.spec = spec;
        this.breaker = breaker;
        this.keys = keys;
    }

    /** The server at a place in the catalog's list. */
    static Endpoint of(
            int index,
            EngineSpec.Chat chat,
            KeyBudgets budgets,
            SecretSource secrets,
            Clock clock) {
        ChatServers.Endpoint spec = chat.endpoints().get(index);
        Keys keys =
                spec.apiKeys().isEmpty()
                        ? chat.keys()
                        : new Keys(spec.apiKeys(), chat.keys().rotateEvery());
        return new Endpoint(
                index,
                spec,
                new Breaker(spec.baseUrl(), chat.breaker(), clock),
                new KeyPool(spec.baseUrl(), keys, budgets, secrets));
    }

    int index() {
        return index;
    }

    /** Its URL, which holds no secret. */
    String name() {
        return spec.baseUrl();
    }

    URI url() {
        return URI.create(spec.baseUrl());
    }

    int weight() {
        return spec.weight();
    }

    Breaker breaker() {
        return breaker;
    }

    KeyPool keys() {
        return keys;
    }

    int inFlight() {
        return inFlight.get();
    }

    void began() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    /** As far as health checks know; one that was never asked is up. */
    boolean isUp() {
        return lostChecks.get() < DOWN_AFTER;
    }

    /** A health check was answered, or not. */
    void checked(boolean well) {
        boolean before = isUp();
        lostChecks.updateAndGet(lost -> well ? 0 : Math.min(DOWN_AFTER, lost + 1));
        if (before != isUp()) {
            LOG.warn("endpoint={} health={}", name(), isUp() ? "up" : "down");
        }
    }

    /** What keeps calls away from it: its breaker, or that it is down. */
    BreakerState state() {
        return isUp() ? breaker.state() : BreakerState.OPEN;
    }
}
