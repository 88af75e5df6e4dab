package dev.millrace.local.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a process that was written down is still that process, alive, and not the remains of one.
 */
final class Liveness {
    private static final long TOLERANCE_MS = 1000;

    /**
     * @param started epoch milliseconds, as {@link #startOf} gave it
     */
    static Optional<ProcessHandle> of(long pid, long started) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> Math.abs(startOf(process) - started) < TOLERANCE_MS)
                .filter(process -> !isZombie(pid));
    }

    static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Killed, but not yet reaped by its parent; only Linux tells. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            int end = stat.lastIndexOf(')');
            return end >= 0 && stat.length() > end + 2 && stat.charAt(end + 2) == 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private Liveness() {}
}
