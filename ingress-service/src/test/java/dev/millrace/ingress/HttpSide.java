package dev.millrace.ingress;

import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.v1.IngressReply;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The service's HTTP side over a fake pipeline. */
public final class HttpSide implements AutoCloseable {
    private final Path keyFile;
    private final EmbeddedServer server;

    private HttpSide(Path keyFile, EmbeddedServer server) {
        this.keyFile = keyFile;
        this.server = server;
    }

    public static HttpSide start() {
        try {
            Path keyFile = Files.createTempFile("millrace-id", ".key");
            Files.write(keyFile, Examples.secret());
            Map<String, Object> settings =
                    Map.of(
                            "millrace.ingress.id-key-file",
                            keyFile.toString(),
                            "millrace.ingress.instance",
                            "http-side",
                            KafkaWiring.CONNECT,
                            "false",
                            "kafka.enabled",
                            "false",
                            "micronaut.server.port",
                            0);
            return new HttpSide(keyFile, ApplicationContext.run(EmbeddedServer.class, settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything is as at the start; the catalog is read. */
    public void reset() {
        jobs().reset();
        stored().setDown(false);
        catalogIsRead(true);
    }

    public String url() {
        return server.getURL().toString();
    }

    public FakeJobLog jobs() {
        return server.getApplicationContext().getBean(FakeJobLog.class);
    }

    public FakeIssuedKeys keys() {
        return server.getApplicationContext().getBean(FakeIssuedKeys.class);
    }

    public FakeStoredJobs stored() {
        return server.getApplicationContext().getBean(FakeStoredJobs.class);
    }

    public void deliver(IngressReply reply) {
        server.getApplicationContext().getBean(WaitingCallers.class).deliver(reply);
        waits().deliver(reply);
    }

    /** Everybody who waits for a job's end. */
    public OpenWaits waits() {
        return server.getApplicationContext().getBean(OpenWaits.class);
    }

    public int waitingCallers() {
        return server.getApplicationContext().getBean(WaitingCallers.class).size();
    }

    public void catalogIsRead(boolean isRead) {
        ServiceState state = server.getApplicationContext().getBean(ServiceState.class);
        if (isRead) {
            state.up(ServiceState.Part.CATALOG, "loaded");
        } else {
            state.down(ServiceState.Part.CATALOG, "starting");
        }
    }

    @Override
    public void close() {
        server.close();
        try {
            Files.delete(keyFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
