package dev.millrace.workers.testing;

import dev.millrace.kit.Connection;
import dev.millrace.workers.WorkerProcess;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A worker with a {@link ScriptedEngine} in a process of its own, which a test may kill and which a
 * prompt {@code halt} ends at once, as a native crash does.
 */
public final class WorkerChild {
    private WorkerChild() {}

    /**
     * @param args bootstrap servers, registry URL, lane, worker's name
     */
    public static void main(String[] args) throws InterruptedException {
        ScriptedEngine engine = new ScriptedEngine();
        WorkerProcess worker =
                LaneRig.start(
                        Connection.to(args[0], args[1]),
                        args[2],
                        args[3],
                        Duration.ofSeconds(20),
                        spec -> engine,
                        new SimpleMeterRegistry());
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
        new CountDownLatch(1).await();
    }
}
