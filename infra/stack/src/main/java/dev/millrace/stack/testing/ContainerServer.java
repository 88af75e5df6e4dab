package dev.millrace.stack.testing;

import com.github.dockerjava.api.DockerClient;
import dev.millrace.stack.ServerStartException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.testcontainers.containers.GenericContainer;

/**
 * A server that runs in a container. Its port is bound to a fixed one of the host, since a restart
 * would otherwise change it.
 */
final class ContainerServer implements TestServer {

    private static final int STOP_SECONDS = 20;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);

    private final GenericContainer<?> container;
    private final BooleanSupplier ready;
    private boolean created;

    /**
     * A server that has not been started.
     *
     * @param ready one bounded probe, true when the server serves
     */
    ContainerServer(GenericContainer<?> container, BooleanSupplier ready) {
        this.container = container;
        this.ready = ready;
    }

    @Override
    public synchronized void start() {
        if (isRunning()) {
            return;
        }
        if (created) {
            docker().startContainerCmd(container.getContainerId()).exec();
        } else {
            container.start();
            created = true;
        }
        awaitReady();
    }

    @Override
    public synchronized void stop() {
        if (isRunning()) {
            docker().stopContainerCmd(container.getContainerId()).withTimeout(STOP_SECONDS).exec();
        }
    }

    @Override
    public synchronized void kill() {
        if (isRunning()) {
            docker().killContainerCmd(container.getContainerId()).exec();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return created
                && Boolean.TRUE.equals(
                        docker().inspectContainerCmd(container.getContainerId())
                                .exec()
                                .getState()
                                .getRunning());
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!ready.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new ServerStartException(
                        container.getDockerImageName()
                                + " was not ready after "
                                + START_LIMIT.toSeconds()
                                + " s");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a container", e);
            }
        }
    }
}
