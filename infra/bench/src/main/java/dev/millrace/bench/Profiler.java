package dev.millrace.bench;

import dev.millrace.stack.JavaHome;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Samples the processor time of running JVMs with Flight Recorder, from outside. */
final class Profiler {
    /** Samples by processor time, not by wall time: a thread that waits is not seen. */
    static final String SAMPLE = "jdk.CPUTimeSample";

    private static final String RECORDING = "bench";
    private static final int LIMIT_SECONDS = 30;

    private final Map<String, Long> processes;
    private final Path folder;

    /**
     * @param processes pids by name; those that are no JVM are left out
     */
    Profiler(Map<String, Long> processes, Path folder) {
        this.processes = new LinkedHashMap<>(processes);
        this.folder = folder;
    }

    void start() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        List<String> others = new ArrayList<>();
        for (Map.Entry<String, Long> each : processes.entrySet()) {
            boolean started =
                    jcmd(
                            each.getValue(),
                            "JFR.start",
                            "name=" + RECORDING,
                            "settings=none",
                            "+" + SAMPLE + "#enabled=true",
                            "+" + SAMPLE + "#throttle=2ms");
            if (!started) {
                others.add(each.getKey());
            }
        }
        processes.keySet().removeAll(others);
    }

    /** Ends the recordings and reads them. */
    Map<String, Profile> stop() throws IOException, InterruptedException {
        Map<String, Profile> profiles = new LinkedHashMap<>();
        for (Map.Entry<String, Long> each : processes.entrySet()) {
            Path file = folder.resolve(each.getKey() + ".jfr");
            if (jcmd(each.getValue(), "JFR.stop", "name=" + RECORDING, "filename=" + file)) {
                profiles.put(each.getKey(), Profile.read(file));
            }
        }
        return profiles;
    }

    private static boolean jcmd(long pid, String... command)
            throws IOException, InterruptedException {
        Path jcmd = JavaHome.resolve().path().resolve("bin/jcmd");
        if (!Files.isExecutable(jcmd)) {
            throw new ServerStartException(jcmd + " is missing: profiling needs a whole JDK");
        }
        List<String> words = new ArrayList<>(List.of(jcmd.toString(), Long.toString(pid)));
        words.addAll(List.of(command));
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }
}
