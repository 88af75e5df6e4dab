package dev.millrace.stack.broker;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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

    private static final List<String> OPTIONS =
            List.of(
                    "-Xms64m",
                    "-Xmx224m",
                    "-XX:ReservedCodeCacheSize=64m",
                    "-XX:MaxDirectMemorySize=64m",
                    "-Dlogback.configurationFile=dev/millrace/stack/broker/logback.xml");

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

    @Override
    public String name() {
        return "broker";
    }

    @Override
    public List<String> command() {
        return aot.applyTo(name(), javaCommand()).words();
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
                .withArguments(
                        settings.dataDirectory().toString(),
                        Integer.toString(settings.brokerPort()),
                        Integer.toString(settings.controllerPort()));
    }
}
