package dev.millrace.workers.testing;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.SecretRef;
import dev.millrace.kit.SecretSource;
import dev.millrace.workers.chat.ChatEngine;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.endpoint.Endpoints;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chat engines as a worker makes them, with short waits. */
public final class ChatEngines {
    public static final Duration STREAM_IDLE = Duration.ofMillis(400);
    private static final String MODEL = "stand-in";

    private ChatEngines() {}

    /** One server, and keys from an environment. */
    public static ChatEngine of(
            URI url, String model, Map<String, String> environment, String... keys) {
        return of(spec(model, List.of(url), keys), environment, new SimpleMeterRegistry());
    }

    public static ChatEngine of(URI url) {
        return of(url, MODEL, Map.of());
    }

    public static ChatEngine of(
            EngineSpec.Chat spec, Map<String, String> environment, MeterRegistry registry) {
        return of(spec, environment, registry, STREAM_IDLE);
    }

    public static ChatEngine of(
            EngineSpec.Chat spec,
            Map<String, String> environment,
            MeterRegistry registry,
            Duration streamIdle) {
        return of(spec, environment, registry, streamIdle, 32L * 1024 * 1024);
    }

    public static ChatEngine of(
            EngineSpec.Chat spec,
            Map<String, String> environment,
            MeterRegistry registry,
            Duration streamIdle,
            long maxAnswerBytes) {
        Clock clock = Clock.systemUTC();
        Endpoints endpoints =
                new Endpoints(
                                spec,
                                new SecretSource(environment),
                                new EndpointMeters(registry, "cloud"),
                                clock)
                        .start();
        return new ChatEngine(spec, endpoints, streamIdle, maxAnswerBytes, clock);
    }

    public static EngineSpec.Chat spec(List<URI> urls, String... keys) {
        return spec(MODEL, urls, keys);
    }

    public static EngineSpec.Chat spec(String model, List<URI> urls, String... keys) {
        return new EngineSpec.Chat(
                urls.stream().map(url -> new ChatServers.Endpoint(url.toString())).toList(),
                ChatServers.Balance.ROUND_ROBIN,
                Optional.empty(),
                ChatServers.Breaker.standard(urls.size()),
                model,
                new ChatServers.Keys(
                        Arrays.stream(keys).map(SecretRef::new).toList(), Optional.empty()),
                Duration.ofSeconds(2));
    }
}
