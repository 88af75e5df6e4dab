package dev.millrace.stack.broker;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The broker as a child process.
 *
 * @param settings its ports and its data directory
 * @param java what runs it
 * @param classPath where {@link BrokerMain} and Kafka's server are found
 * @param aot where its start-up cache is kept
 * @param log where its output goes
 */
public record BrokerProcess(
        BrokerSettings settings, JavaHome java, List<Path> classPath, AotCache aot, Path log)
        implements ServerSpec {

    private static final String CACHE = "broker";

    private static final List<String> OPTIONS =
            List.of(
                    "-Xms64m",
                    "-Xmx224m",
                    "-XX:ReservedCodeCacheSize=64m",
                    "-XX:MaxDirectMemorySize=64m",
                    "-Dlogback.configurationFile=dev/millrace/stack/broker/logback.xml");

    /** Several share a machine, and in tests few live long enough to earn a second compiler. */
    private static final List<String> CLUSTER_OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    public BrokerProcess {
        classPath = List.copyOf(classPath);
    }

    /** With the class path of this JVM. */
    public static BrokerProcess of(BrokerSettings settings, JavaHome java, AotCache aot, Path log) {
        return new BrokerProcess(settings, java, JavaCommand.currentClassPath(), aot, log);
    }

    public String bootstrap() {
        return settings.bootstrap();
    }

    /** {@code broker}; in a cluster {@code broker-1} and so on. */
    @Override
    public String name() {
        return settings.isClustered() ? CACHE + "-" + settings.nodeId() : CACHE;
    }

    @Override
    public List<String> command() {
        return aot.applyTo(CACHE, javaCommand()).words();
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("MALLOC_ARENA_MAX", "2");
    }

    @Override
    public Path workingDirectory() {
        return settings.dataDirectory();
    }

    @Override
    public boolean isReady() {
        return BrokerProbe.isServing(BrokerSettings.HOST, settings.brokerPort());
    }

    JavaCommand javaCommand() {
        return JavaCommand.main(java, classPath, BrokerMain.class.getName())
                .withOptions(OPTIONS)
                .withOptions(settings.isClustered() ? CLUSTER_OPTIONS : List.of())
                .withArguments(arguments().toArray(String[]::new));
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(settings.dataDirectory().toString());
        arguments.add(Integer.toString(settings.brokerPort()));
        arguments.add(Integer.toString(settings.controllerPort()));
        if (settings.isClustered()) {
            arguments.add(Integer.toString(settings.nodeId()));
            arguments.add(
                    settings.controllerPorts().stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(",")));
        }
        return arguments;
    }
}
