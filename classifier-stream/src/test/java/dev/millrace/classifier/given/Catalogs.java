package dev.millrace.classifier.given;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.JobKind;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Route;
import dev.millrace.catalog.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Two tenants and four lanes: {@code fast} answers anything, {@code small} has little room, {@code
 * cloud} is everybody's fallback, {@code old} is retired.
 */
public final class Catalogs {
    public static final int MAX_OUTSTANDING = 5;
    public static final int FAST_MAX_TOKENS = 1024;
    public static final int SMALL_MAX_TOKENS = 64;
    public static final int SMALL_CONTEXT = 128;
    public static final int ATTEMPTS = 3;

    public static Catalog usual() {
        return new Catalog(
                7,
                List.of(tenant("acme", "acme-answers"), tenant("globex", "globex-answers")),
                List.of(
                        lane("fast", FAST_MAX_TOKENS, new EngineSpec.Echo(Duration.ZERO), false),
                        lane(
                                "small",
                                SMALL_MAX_TOKENS,
                                new EngineSpec.Llama("small.gguf", SMALL_CONTEXT),
                                false),
                        lane(
                                "cloud",
                                4096,
                                new EngineSpec.Chat(
                                        "http://localhost:1/v1",
                                        "big",
                                        Optional.empty(),
                                        Duration.ofSeconds(1)),
                                false),
                        lane("old", 1024, new EngineSpec.Echo(Duration.ZERO), true),
                        embeddingLane()),
                List.of(
                        route("hard-code", 0, Set.of("code"), List.of("cloud")),
                        route("rest", 1, Set.of(), List.of("old", "small", "fast", "cloud")),
                        route("vectors", 2, Set.of(), List.of("vectors"))),
                List.of());
    }

    public static Lane lane(String name, int maxTokens, EngineSpec engine, boolean retired) {
        return new Lane(
                name,
                name + "-model",
                List.of(name + "-alias"),
                engine,
                2,
                1,
                1,
                maxTokens,
                Duration.ofSeconds(30),
                ATTEMPTS,
                retired);
    }

    private static Lane embeddingLane() {
        return new Lane(
                "vectors",
                "vectors-model",
                List.of(),
                new EngineSpec.Chat(
                        "http://localhost:1/v1", "small", Optional.empty(), Duration.ofSeconds(1)),
                2,
                1,
                1,
                4096,
                Duration.ofSeconds(30),
                ATTEMPTS,
                false,
                JobKind.EMBEDDING);
    }

    private static Tenant tenant(String name, String reply) {
        return new Tenant(
                name,
                List.of(),
                List.of(reply),
                Optional.empty(),
                new Tenant.Limits(64 * 1024, 2048, MAX_OUTSTANDING, Duration.ofHours(6)));
    }

    private static Route route(
            String name, int position, Set<String> verticals, List<String> lanes) {
        return new Route(name, position, verticals, Set.of(), Set.of(), lanes);
    }

    private Catalogs() {}
}
