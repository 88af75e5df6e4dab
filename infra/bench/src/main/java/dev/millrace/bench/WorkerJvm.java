package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.stack.HttpProbe;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The packaged worker of one lane, as it is deployed. */
record WorkerJvm(String lane, Connection connection, Path checkout, int port, Path folder)
        implements ServerSpec {
    private static final String MODULE = "inference-workers";

    @Override
    public String name() {
        return "worker-" + lane;
    }

    @Override
    public List<String> command() {
        return JavaCommand.main(
                        JavaHome.resolve(), classPath(), "dev.millrace.workers.WorkerApplication")
                .withOptions(BenchStack.JVM)
                .words();
    }

    @Override
    public Map<String, String> environment() {
        return Map.of(
                "MILLRACE_BOOTSTRAP_SERVERS", connection.bootstrapServers(),
                "MILLRACE_SCHEMA_REGISTRY_URL", connection.registryUrl(),
                "MILLRACE_LANE", lane,
                "MILLRACE_INSTANCE", name(),
                "MILLRACE_HTTP_PORT", Integer.toString(port),
                "MALLOC_ARENA_MAX", "2");
    }

    @Override
    public Path workingDirectory() {
        return folder;
    }

    @Override
    public Path log() {
        return folder.resolve("logs").resolve(name() + ".log");
    }

    @Override
    public boolean isReady() {
        return HttpProbe.answersOk(URI.create("http://127.0.0.1:" + port + "/health/readiness"));
    }

    @Override
    public Duration startTimeout() {
        return Duration.ofSeconds(120);
    }

    private List<Path> classPath() {
        Path target = checkout.resolve(MODULE).resolve("target");
        List<Path> classPath = new ArrayList<>();
        classPath.add(target.resolve(MODULE + ".jar"));
        try (Stream<Path> libraries = Files.list(target.resolve("lib"))) {
            libraries.sorted().forEach(classPath::add);
        } catch (IOException e) {
            throw new ServerStartException(
                    target.resolve("lib") + " cannot be read; run mvn package", e);
        }
        return classPath;
    }
}
