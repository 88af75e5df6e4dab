package dev.millrace.bench.child;

import dev.millrace.kit.Connection;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.workers.WorkerProcess;
import dev.millrace.workers.WorkerSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Millrace's worker of a lane with an engine that takes as long as each job says. Ends when its
 * input does.
 *
 * <p>Arguments: bootstrap servers, registry, lane, the worker's name.
 */
public final class SleepWorkerMain {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    public static void main(String[] args) throws InterruptedException, IOException {
        WorkerSettings settings =
                new WorkerSettings(
                        args[2],
                        args[3],
                        Path.of("models"),
                        Duration.ofSeconds(5),
                        Duration.ofMillis(25),
                        512,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30));
        WorkerProcess worker =
                WorkerProcess.start(
                        settings,
                        Connection.to(args[0], args[1]),
                        spec -> new SleepEngine(),
                        new SimpleMeterRegistry(),
                        Clock.systemUTC(),
                        Tracing.OFF);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (worker.trouble().isPresent()) {
            if (System.nanoTime() > end) {
                System.err.println("no worker within 60 s: " + worker.trouble().orElse(""));
                Runtime.getRuntime().halt(1);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        Parent.tellReady();
        Parent.awaitEnd();
        worker.close();
        Runtime.getRuntime().halt(0);
    }

    private SleepWorkerMain() {}
}
