package dev.millrace.local.supervise;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.HttpProbe;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of the five services as a child process.
 *
 * @param module the folder and jar that it runs from; workers of several lanes share one, and its
 *     start-up cache
 * @param options JVM options, the heap among them
 */
record ServiceSpec(
        String name,
        Optional<String> lane,
        String module,
        List<Path> classPath,
        String mainClass,
        List<String> options,
        int port,
        Map<String, String> environment,
        JavaHome java,
        AotCache aot,
        Path workingDirectory,
        Path log)
        implements ServerSpec {

    ServiceSpec {
        classPath = List.copyOf(classPath);
        options = List.copyOf(options);
        environment = Map.copyOf(environment);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public List<String> command() {
        JavaCommand command = JavaCommand.main(java, classPath, mainClass).withOptions(options);
        return aot.applyTo(module, command).words();
    }

    @Override
    public boolean isReady() {
        return HttpProbe.answersOk(URI.create(url() + "/health/readiness"));
    }

    @Override
    public Duration startTimeout() {
        return Duration.ofSeconds(150);
    }

    @Override
    public Duration stopTimeout() {
        return Duration.ofSeconds(45);
    }
}
