package dev.millrace.stack.postgres;

import dev.millrace.stack.BoundedCommand;
import dev.millrace.stack.ServerStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a killed PostgreSQL, or a killed supervisor, leaves on a data directory: a postmaster that
 * nobody watches, server processes that are still ending, a lock file whose number by now belongs
 * to some other process.
 */
final class Leftovers {

    private static final Path PROC = Path.of("/proc");
    private static final String LOCK_FILE = "postmaster.pid";
    private static final Duration IN_GOOD_ORDER = Duration.ofSeconds(15);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Path dataDirectory;

    Leftovers(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    /** Leaves no process and no misleading lock on the data directory, or fails within seconds. */
    void clear() throws IOException, InterruptedException {
        if (Files.notExists(dataDirectory)) {
            return;
        }
        for (long pid : serverProcesses()) {
            if (pid == lockedBy()) {
                BoundedCommand.signal("INT", pid);
            }
        }
        if (!awaitNone(IN_GOOD_ORDER)) {
            for (long pid : serverProcesses()) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            if (!awaitNone(AFTER_KILL)) {
                throw new ServerStartException(
                        "PostgreSQL processes %s do not leave %s"
                                .formatted(serverProcesses(), dataDirectory));
            }
        }
        removeMisleadingLock();
    }

    /**
     * PostgreSQL takes any living process of that number for a rival. With none of its own left on
     * the directory it is a stranger that was given the number later.
     */
    private void removeMisleadingLock() throws IOException {
        long pid = lockedBy();
        if (pid > 0 && ProcessHandle.of(pid).isPresent()) {
            Files.deleteIfExists(dataDirectory.resolve(LOCK_FILE));
        }
    }

    private boolean awaitNone(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!serverProcesses().isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    /** Every server process works in the data directory, so that is how to find them. */
    private List<Long> serverProcesses() throws IOException {
        Path data = dataDirectory.toRealPath();
        var found = new ArrayList<Long>();
        try (var processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (isServerProcess(process, data)) {
                    found.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean isServerProcess(Path process, Path data) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(data)
                    && Files.readString(process.resolve("comm")).startsWith("postgres");
        } catch (IOException e) {
            return false; // ended meanwhile, or another user's
        }
    }

    private long lockedBy() {
        try {
            return Files.readAllLines(dataDirectory.resolve(LOCK_FILE)).stream()
                    .findFirst()
                    .map(line -> Long.parseLong(line.strip()))
                    .orElse(0L);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
