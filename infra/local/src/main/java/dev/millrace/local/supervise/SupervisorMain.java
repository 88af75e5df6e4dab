package dev.millrace.local.supervise;

import dev.millrace.local.home.Home;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The background process behind {@code millrace up}. */
public final class SupervisorMain {
    private static final Logger LOG = LoggerFactory.getLogger(SupervisorMain.class);

    public static void main(String[] args) throws IOException, InterruptedException {
        Home home = Home.fromEnvironment(System.getenv());
        try (FileChannel file =
                        FileChannel.open(
                                home.run("supervisor.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock == null) {
                LOG.error("supervisor=already_running home={}", home.root());
                System.exit(1);
            }
            run(home);
        }
    }

    private static void run(Home home) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Supervisor supervisor = new Supervisor(home, System.getenv());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    supervisor.close();
                                    stopped.countDown();
                                },
                                "stop"));
        try {
            supervisor.start();
        } catch (ServerStartException | TimeoutException | IllegalStateException e) {
            LOG.error("stack=failed error=\"{}\"", e.getMessage());
            System.exit(1);
        }
        stopped.await();
    }

    private SupervisorMain() {}
}
