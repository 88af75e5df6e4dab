package dev.millrace.local.home;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code run/pids.json}: every process of the stack, so that each can be found, and none outlives
 * its stack.
 */
public final class Pids {

    /**
     * One process.
     *
     * @param started epoch milliseconds, which tells a process from a later one under the same
     *     number
     */
    public record Entry(String name, long pid, @Nullable String lane, long started) {
        public static Entry of(String name, ProcessHandle process, @Nullable String lane) {
            return new Entry(name, process.pid(), lane, Liveness.startOf(process));
        }

        boolean isAlive() {
            return handle() != null;
        }

        @Nullable ProcessHandle handle() {
            return Liveness.of(pid, started).orElse(null);
        }
    }

    public static List<Entry> read(Home home) {
        return JsonFile.read(home.pidsFile(), new TypeReference<List<Entry>>() {})
                .orElse(List.of());
    }

    public static void write(Home home, List<Entry> entries) {
        JsonFile.write(home.pidsFile(), entries);
    }

    /**
     * Ends what an earlier supervisor left behind: it was killed, its children live on.
     *
     * @return how many were ended
     */
    public static int endLeftovers(Home home, Duration patience) throws InterruptedException {
        List<Entry> left =
                read(home).stream()
                        .filter(Entry::isAlive)
                        .filter(e -> e.pid() != ProcessHandle.current().pid())
                        .toList();
        left.forEach(entry -> end(entry, false));
        Instant deadline = Instant.now().plus(patience);
        while (left.stream().anyMatch(Entry::isAlive) && Instant.now().isBefore(deadline)) {
            Thread.sleep(50);
        }
        left.forEach(entry -> end(entry, true));
        return left.size();
    }

    private static void end(Entry entry, boolean forcibly) {
        ProcessHandle process = entry.handle();
        if (process != null) {
            boolean asked = forcibly ? process.destroyForcibly() : process.destroy();
            if (!asked) {
                throw new IllegalStateException("pid=" + entry.pid() + " cannot be ended");
            }
        }
    }

    private Pids() {}
}
