package dev.millrace.workers.llama;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * How to run an engine.
 *
 * @param model a GGUF file
 * @param contextTokens the most tokens of context to make room for; a model made for fewer has
 *     fewer
 * @param startTimeout how long the process may take until it is ready
 * @param stopGrace how long it may go on after it was told to stop, before it is killed
 * @param memoryLimitMib what the model's file, its context and the work with it may take, beside
 *     what every engine process takes
 * @param jvmOptions of the engine process; its memory is mostly outside the Java heap
 */
public record EngineSettings(
        Path model,
        int contextTokens,
        Duration startTimeout,
        Duration stopGrace,
        OptionalInt memoryLimitMib,
        List<String> jvmOptions) {

    private static final List<String> SMALL_JVM =
            List.of(
                    "-Xms6m",
                    "-Xmx64m",
                    "-Xss512k",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:-UsePerfData",
                    "-XX:-CreateCoredumpOnCrash",
                    // Room that is only set aside counts against a limit of the address space.
                    "-XX:CompressedClassSpaceSize=16m",
                    "-XX:ReservedCodeCacheSize=16m");

    public EngineSettings {
        if (contextTokens < 1) {
            throw new IllegalArgumentException("contextTokens is " + contextTokens);
        }
        jvmOptions = List.copyOf(jvmOptions);
    }

    public static EngineSettings of(Path model) {
        return new EngineSettings(
                model,
                4096,
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                OptionalInt.empty(),
                SMALL_JVM);
    }

    public EngineSettings withContextTokens(int tokens) {
        return new EngineSettings(
                model, tokens, startTimeout, stopGrace, memoryLimitMib, jvmOptions);
    }

    public EngineSettings withMemoryLimit(OptionalInt mib) {
        return new EngineSettings(model, contextTokens, startTimeout, stopGrace, mib, jvmOptions);
    }

    public EngineSettings withJvmOption(String option) {
        List<String> more = new ArrayList<>(jvmOptions);
        more.add(option);
        return new EngineSettings(
                model, contextTokens, startTimeout, stopGrace, memoryLimitMib, more);
    }

    public EngineSettings withStartTimeout(Duration timeout) {
        return new EngineSettings(
                model, contextTokens, timeout, stopGrace, memoryLimitMib, jvmOptions);
    }
}
