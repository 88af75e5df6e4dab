package dev.millrace.bench;

import dev.millrace.bench.child.Parent;
import dev.millrace.kit.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The floor's process: the four hops in one JVM. Says {@code ready} on its output; ends when its
 * input does.
 *
 * <p>Arguments: bootstrap servers, tenants and bytes of each stage, each separated by commas.
 */
public final class FloorMain {
    public static void main(String[] args) throws InterruptedException, IOException {
        Connection connection = Connection.to(args[0], "http://127.0.0.1:1");
        List<String> tenants = List.of(args[1].split(",", -1));
        List<FloorHop> hops = FloorHop.all(tenants, FloorHop.parseBytes(args[2]));
        CountDownLatch ready = new CountDownLatch(hops.size());
        CountDownLatch stopping = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (FloorHop hop : hops) {
            Thread thread =
                    Thread.ofPlatform()
                            .name(hop.name())
                            .unstarted(new Forwarder(hop, tenants, connection, ready, stopping));
            thread.setUncaughtExceptionHandler(
                    (failed, error) -> {
                        System.err.println(failed.getName() + " failed: " + error);
                        Runtime.getRuntime().halt(1);
                    });
            thread.start();
            threads.add(thread);
        }
        if (!ready.await(60, TimeUnit.SECONDS)) {
            System.err.println("not all hops were given partitions within 60 s");
            Runtime.getRuntime().halt(1);
        }
        Parent.tellReady();
        Parent.awaitEnd();
        stopping.countDown();
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
        Runtime.getRuntime().halt(0);
    }

    private FloorMain() {}
}
