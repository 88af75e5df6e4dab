package dev.millrace.workers.llama;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How to run an engine.
 *
 * @param model a GGUF file
 * @param contextTokens the most tokens of context to make room for; a model made for fewer has
 *     fewer
 * @param startTimeout how long the process may take until it is ready
 * @param stopGrace how long it may go on after it was told to stop, before it is killed
 * @param jvmOptions of the engine process; its memory is mostly outside the Java heap
 */
public record EngineSettings(
        Path model,
        int contextTokens,
        Duration startTimeout,
        Duration stopGrace,
        List<String> jvmOptions) {

    private static final List<String> SMALL_JVM =
            List.of(
                    "-Xms6m",
                    "-Xmx64m",
                    "-Xss512k",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:-UsePerfData");

    public EngineSettings {
        if (contextTokens < 1) {
            throw new IllegalArgumentException("contextTokens is " + contextTokens);
        }
        jvmOptions = List.copyOf(jvmOptions);
    }

    public static EngineSettings of(Path model) {
        return new EngineSettings(
                model, 4096, Duration.ofSeconds(30), Duration.ofSeconds(2), SMALL_JVM);
    }

    public EngineSettings withContextTokens(int tokens) {
        return new EngineSettings(model, tokens, startTimeout, stopGrace, jvmOptions);
    }

    public EngineSettings withJvmOption(String option) {
        List<String> more = new ArrayList<>(jvmOptions);
        more.add(option);
        return new EngineSettings(model, contextTokens, startTimeout, stopGrace, more);
    }

    public EngineSettings withStartTimeout(Duration timeout) {
        return new EngineSettings(model, contextTokens, timeout, stopGrace, jvmOptions);
    }
}
