package dev.millrace.stack;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts servers. Once only: restarting, with whatever patience, is the caller's decision. */
public final class Launcher {

    private static final File NO_INPUT = new File("/dev/null");

    private Launcher() {}

    /**
     * Prepares and starts a server, without waiting until it is ready: {@link
     * RunningProcess#awaitReady()} does.
     *
     * @throws ServerStartException when it cannot be prepared or its program cannot be run
     */
    public static RunningProcess start(ServerSpec spec) throws InterruptedException {
        spec.prepare();
        try {
            createParents(spec.log());
            Files.createDirectories(spec.workingDirectory());
            long logOffset = Files.exists(spec.log()) ? Files.size(spec.log()) : 0;
            var builder =
                    new ProcessBuilder(spec.command())
                            .directory(spec.workingDirectory().toFile())
                            .redirectInput(NO_INPUT)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
            builder.environment().putAll(spec.environment());
            return new RunningProcess(spec, builder.start(), logOffset);
        } catch (IOException e) {
            throw new ServerStartException(
                    spec.name() + " could not be started: " + e.getMessage(), e);
        }
    }

    private static void createParents(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }
}
