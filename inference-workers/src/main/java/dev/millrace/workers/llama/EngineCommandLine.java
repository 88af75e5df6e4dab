package dev.millrace.workers.llama;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The command that starts an engine process. */
final class EngineCommandLine {

    /** One class of each jar that the engine needs; nothing of them is run here. */
    private static final List<Class<?>> NEEDED =
            List.of(LlamaEngineProcess.class, JsonFactory.class, de.kherud.llama.LogLevel.class);

    /** The shell sets the limit and becomes the engine, so that nothing of it runs without. */
    private static final String LIMITED = "ulimit -v \"$0\" && exec \"$@\"";

    private static final int KIB_PER_MIB = 1024;

    /**
     * Addresses that every engine process sets aside, most of them never used: measured were 400
     * MiB for the Java machine, 540 MiB for llama.cpp's scheduler and buffers, and 92 MiB really in
     * use.
     */
    static final int SET_ASIDE_MIB = 1024;

    private EngineCommandLine() {}

    static List<String> of(EngineSettings settings) {
        List<String> command = new ArrayList<>();
        settings.memoryLimitMib()
                .ifPresent(
                        mib -> {
                            String kib = Long.toString((mib + (long) SET_ASIDE_MIB) * KIB_PER_MIB);
                            command.addAll(List.of("/bin/sh", "-c", LIMITED, kib));
                        });
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.add(
                "-XX:ErrorFile="
                        + Path.of(System.getProperty("java.io.tmpdir"), "millrace-engine-%p.log"));
        command.addAll(settings.jvmOptions());
        command.add("-cp");
        command.add(classPath());
        command.add(LlamaEngineProcess.class.getName());
        command.add(settings.model().toString());
        command.add(String.valueOf(settings.contextTokens()));
        return command;
    }

    /** The jars that are needed, since searching all of a worker's takes longer than the rest. */
    private static String classPath() {
        Set<String> paths = new LinkedHashSet<>();
        for (Class<?> needed : NEEDED) {
            CodeSource source = needed.getProtectionDomain().getCodeSource();
            if (source == null) {
                return System.getProperty("java.class.path");
            }
            try {
                paths.add(Path.of(source.getLocation().toURI()).toString());
            } catch (URISyntaxException e) {
                return System.getProperty("java.class.path");
            }
        }
        return String.join(File.pathSeparator, paths);
    }
}
