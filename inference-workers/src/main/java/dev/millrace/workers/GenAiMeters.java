package dev.millrace.workers;

import dev.millrace.catalog.Lane;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.v1.Failed;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.Unavailable;
import dev.millrace.workers.attempt.OutcomeWriter;
import dev.millrace.workers.engine.Provider;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/**
 * The model calls of a lane as OpenTelemetry's GenAI conventions measure them, with the buckets
 * that these advise.
 */
final class GenAiMeters {
    private static final Duration[] DURATIONS =
            seconds(
                    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96,
                    81.92);
    private static final Duration[] FIRST_TOKEN =
            seconds(
                    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0,
                    7.5, 10.0);
    private static final double[] TOKENS = {
        1,
        4,
        16,
        64,
        256,
        1_024,
        4_096,
        16_384,
        65_536,
        262_144,
        1_048_576,
        4_194_304,
        16_777_216,
        67_108_864
    };

    private final MeterRegistry registry;
    private final String lane;
    private final Supplier<Optional<Lane>> spec;
    private final ConcurrentMap<Key, Meters> meters = new ConcurrentHashMap<>();

    /** Which call: few of them, since models and error codes are few. */
    private record Key(String provider, String model, String error) {}

    private record Meters(
            Timer duration,
            Timer firstToken,
            DistributionSummary input,
            DistributionSummary output) {}

    GenAiMeters(MeterRegistry registry, String lane, Supplier<Optional<Lane>> spec) {
        this.registry = registry;
        this.lane = lane;
        this.spec = spec;
    }

    /** A call came to its end. One that never reached the model has no duration. */
    void ended(Outcome outcome) {
        if (!wasCalled(outcome)) {
            return;
        }
        Meters to =
                meters.computeIfAbsent(
                        new Key(
                                spec.get().map(Provider::of).orElse("unknown"),
                                outcome.getModel(),
                                error(outcome)),
                        this::register);
        to.duration().record(Duration.ofMillis(outcome.getTiming().getModelMs()));
        to.input().record(outcome.getUsage().getInputTokens());
        to.output().record(outcome.getUsage().getOutputTokens());
        if (outcome.getUsage().getOutputTokens() > 0) {
            to.firstToken().record(Duration.ofMillis(outcome.getTiming().getFirstTokenMs()));
        }
    }

    private static boolean wasCalled(Outcome outcome) {
        return switch (outcome.getBody()) {
            case Unavailable unavailable -> false;
            case Retry retry -> !retry.getError().getCode().equals(OutcomeWriter.WORKER_DIED);
            default -> true;
        };
    }

    private Meters register(Key key) {
        Tags tags =
                Tags.of(
                        "lane",
                        lane,
                        TelemetryNames.GEN_AI_OPERATION,
                        TelemetryNames.CHAT,
                        TelemetryNames.GEN_AI_PROVIDER,
                        key.provider(),
                        TelemetryNames.GEN_AI_REQUEST_MODEL,
                        key.model());
        return new Meters(
                Timer.builder(TelemetryNames.METER_OPERATION_DURATION)
                        .description("Model calls")
                        .tags(tags.and(TelemetryNames.ERROR_TYPE, key.error()))
                        .serviceLevelObjectives(DURATIONS)
                        .register(registry),
                Timer.builder(TelemetryNames.METER_FIRST_TOKEN)
                        .description("From the start of a model call to its first token")
                        .tags(tags)
                        .serviceLevelObjectives(FIRST_TOKEN)
                        .register(registry),
                tokens(tags, TelemetryNames.INPUT),
                tokens(tags, TelemetryNames.OUTPUT));
    }

    private DistributionSummary tokens(Tags tags, String type) {
        return DistributionSummary.builder(TelemetryNames.METER_TOKEN_USAGE)
                .description("Tokens of a model call")
                .tags(tags.and(TelemetryNames.GEN_AI_TOKEN_TYPE, type))
                .serviceLevelObjectives(TOKENS)
                .register(registry);
    }

    /** Empty is no label, in Prometheus. */
    private static String error(Outcome outcome) {
        return switch (outcome.getBody()) {
            case Failed failed -> failed.getError().getCode();
            case Retry retry -> retry.getError().getCode();
            default -> "";
        };
    }

    private static Duration[] seconds(double... values) {
        return DoubleStream.of(values)
                .mapToObj(value -> Duration.ofMillis(Math.round(value * 1_000)))
                .toArray(Duration[]::new);
    }
}
