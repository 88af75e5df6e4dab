package dev.millrace.stack.testing;

import dev.millrace.stack.RunningProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Ends a test's servers when its JVM is gone, however it went: a shutdown hook does not run after a
 * kill -9. A shell waits until the pipe from the JVM closes, then asks what is still listed to
 * stop, kills what did not, and removes the directory.
 */
final class Watchdog {

    private static final String SCRIPT =
            """
            trap '' INT TERM HUP
            cat >/dev/null
            cd "$0/pids" || exit 0
            for pid in *; do kill -"$(cat "$pid")" "$pid" && again=yes; done
            [ -z "$again" ] || sleep 2
            for pid in *; do kill -KILL "$pid"; done
            [ -z "$again" ] || sleep 1
            rm -rf "$0"
            """;

    private final Path pids;

    /**
     * Starts watching.
     *
     * @param directory the test's own directory, which goes when the JVM goes
     */
    Watchdog(Path directory) {
        pids = directory.resolve("pids");
        try {
            Files.createDirectories(pids);
            new ProcessBuilder("sh", "-c", SCRIPT, directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void watch(RunningProcess process) {
        try {
            Files.writeString(file(process), process.spec().stopSignal().name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void forget(RunningProcess process) {
        try {
            Files.deleteIfExists(file(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(RunningProcess process) {
        return pids.resolve(Long.toString(process.pid()));
    }
}
