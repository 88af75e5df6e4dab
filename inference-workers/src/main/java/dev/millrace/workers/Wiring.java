package dev.millrace.workers;

import dev.millrace.kit.Connection;
import dev.millrace.kit.SecretSource;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.engine.EngineStarter;
import dev.millrace.workers.engine.Engines;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/**
 * The worker's beans. The lane and the models folder come from the environment, the rest from
 * {@code application.yml}.
 */
@Factory
final class Wiring {

    @Singleton
    WorkerSettings settings(
            @Value("${millrace.worker.drain}") Duration drain,
            @Value("${millrace.worker.commit-interval}") Duration commitInterval,
            @Value("${millrace.worker.unfinished-per-partition}") int unfinishedPerPartition,
            @Value("${millrace.worker.heartbeat}") Duration heartbeat,
            @Value("${millrace.worker.stream-idle}") Duration streamIdle) {
        Map<String, String> environment = System.getenv();
        return new WorkerSettings(
                environment.getOrDefault("MILLRACE_LANE", ""),
                environment.getOrDefault("MILLRACE_INSTANCE", hostAndPid()),
                Path.of(environment.getOrDefault("MILLRACE_MODELS_DIR", "models")),
                drain,
                commitInterval,
                unfinishedPerPartition,
                heartbeat,
                streamIdle);
    }

    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean(preDestroy = "close")
    @Singleton
    Tracing tracing() {
        return Tracing.fromEnvironment(System.getenv(), "millrace-worker");
    }

    /** The lane's price, once the worker knows the catalog. */
    @Singleton
    LanePrice price() {
        return new LanePrice();
    }

    @Singleton
    EngineStarter engines(
            WorkerSettings settings, MeterRegistry registry, Clock clock, LanePrice price) {
        return new Engines(
                settings.modelsDirectory(),
                settings.streamIdle(),
                new SecretSource(System.getenv()),
                new EndpointMeters(registry, settings.lane(), price),
                clock);
    }

    @Context
    @Bean(preDestroy = "close")
    WorkerProcess worker(
            WorkerSettings settings,
            EngineStarter engines,
            MeterRegistry registry,
            Clock clock,
            Tracing tracing,
            LanePrice price) {
        WorkerProcess process =
                WorkerProcess.start(
                        settings,
                        Connection.fromEnvironment(System.getenv()),
                        engines,
                        registry,
                        clock,
                        tracing);
        price.follow(process::price);
        return process;
    }

    private static String hostAndPid() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "worker";
        }
        return host + "-" + ProcessHandle.current().pid();
    }
}
