package dev.millrace.stack.registry;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.HttpProbe;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The schema registry as a child process.
 *
 * @param settings its ports and its data directory
 * @param home where it lies unpacked
 * @param java what runs it
 * @param aot where its start-up cache is kept
 * @param log where its output goes
 */
public record RegistryProcess(
        RegistrySettings settings, RegistryHome home, JavaHome java, AotCache aot, Path log)
        implements ServerSpec {

    private static final List<String> OPTIONS =
            List.of(
                    "-Xms48m",
                    "-Xmx128m",
                    "-Xmn16m",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");

    public String url() {
        return settings.url();
    }

    @Override
    public String name() {
        return "registry";
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
        return HttpProbe.answersOk(settings.subjects());
    }

    JavaCommand javaCommand() {
        return JavaCommand.jar(java, home.jar())
                .withOptions(OPTIONS)
                .withOptions(settings.toOptions());
    }
}
