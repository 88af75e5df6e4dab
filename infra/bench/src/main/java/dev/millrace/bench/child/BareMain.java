package dev.millrace.bench.child;

import dev.millrace.kit.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The bare loop as a process of its own, so that its processor time can be told from everybody
 * else's. Ends when its input does.
 *
 * <p>Arguments: bootstrap servers, registry, lane, milliseconds that the engine takes.
 */
public final class BareMain {

    public static void main(String[] args) throws InterruptedException, IOException {
        Connection connection = Connection.to(args[0], args[1]);
        CountDownLatch assigned = new CountDownLatch(1);
        CountDownLatch stopping = new CountDownLatch(1);
        Thread thread =
                Thread.ofPlatform()
                        .name("bare")
                        .unstarted(
                                new BareLoop(
                                        connection,
                                        args[2],
                                        Duration.ofMillis(Long.parseLong(args[3])),
                                        assigned,
                                        stopping));
        thread.setUncaughtExceptionHandler(
                (failed, error) -> {
                    System.err.println("the bare loop failed: " + error);
                    Runtime.getRuntime().halt(1);
                });
        thread.start();
        if (!assigned.await(60, TimeUnit.SECONDS)) {
            System.err.println("no partitions within 60 s");
            Runtime.getRuntime().halt(1);
        }
        Parent.tellReady();
        Parent.awaitEnd();
        stopping.countDown();
        thread.join(TimeUnit.SECONDS.toMillis(5));
        Runtime.getRuntime().halt(0);
    }

    private BareMain() {}
}
