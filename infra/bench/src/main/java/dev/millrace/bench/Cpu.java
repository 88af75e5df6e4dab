package dev.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Processor time of processes with their children, in milliseconds since they started, at one
 * moment.
 */
record Cpu(Map<String, Long> millis, long atNanos) {
    /** Clock ticks of {@code /proc} are hundredths of a second on every Linux that runs this. */
    private static final long TICK_MILLIS = 10;

    /** This process: without its children, which are measured by themselves. */
    static final long ITSELF = ProcessHandle.current().pid();

    private static final Duration LOOK = Duration.ofMillis(500);

    Cpu {
        millis = Map.copyOf(millis);
    }

    static Cpu of(Map<String, Long> pids) {
        Map<String, Long> millis = new LinkedHashMap<>();
        pids.forEach((name, pid) -> millis.put(name, tree(pid)));
        return new Cpu(millis, System.nanoTime());
    }

    /** Milliseconds of processor for each millisecond of time since an earlier moment. */
    Map<String, Double> rateSince(Cpu earlier) {
        double elapsed = (atNanos - earlier.atNanos) / 1e6;
        Map<String, Double> rates = new LinkedHashMap<>();
        millis.forEach((name, now) -> rates.put(name, (now - earlier.at(name)) / elapsed));
        return rates;
    }

    /**
     * Microseconds for each job since an earlier moment, less what the process would have used in
     * that time for nothing.
     *
     * @param idle rates of the same processes without load
     */
    Map<String, Double> perJobSince(Cpu earlier, Map<String, Double> idle, int jobs) {
        double elapsed = (atNanos - earlier.atNanos) / 1e6;
        Map<String, Double> micros = new LinkedHashMap<>();
        millis.forEach(
                (name, now) ->
                        micros.put(
                                name,
                                1000
                                        * (now
                                                - earlier.at(name)
                                                - elapsed * idle.getOrDefault(name, 0.0))
                                        / jobs));
        return micros;
    }

    /** Waits until the processes together have nothing left to do; at most {@code patience}. */
    static void awaitQuiet(Supplier<Cpu> look, double idleRate, Duration patience)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        Cpu before = look.get();
        while (System.nanoTime() < end) {
            Thread.sleep(LOOK);
            Cpu now = look.get();
            double rate =
                    now.rateSince(before).values().stream().mapToDouble(Double::doubleValue).sum();
            if (rate <= idleRate * 1.25 + 0.04) {
                return;
            }
            before = now;
        }
    }

    /** Milliseconds that all processors together were busy since the machine started. */
    static long machine() {
        try {
            return parseMachine(Files.readString(Path.of("/proc/stat")));
        } catch (IOException e) {
            throw new UncheckedIOException("the processor time cannot be read", e);
        }
    }

    static long parseMachine(String stat) {
        // user nice system idle iowait irq softirq steal, in ticks; what a guest uses is in user
        String[] fields = stat.lines().findFirst().orElseThrow().trim().split(" +", -1);
        long ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * TICK_MILLIS;
    }

    private long at(String name) {
        return millis.getOrDefault(name, 0L);
    }

    /** Milliseconds that this process and all its children used, ended ones included. */
    static long withChildren() {
        return withDescendants(ITSELF);
    }

    private static long tree(long pid) {
        return pid == ITSELF ? ticks(pid, false) * TICK_MILLIS : withDescendants(pid);
    }

    private static long withDescendants(long pid) {
        Stream<ProcessHandle> children =
                ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants);
        return (ticks(pid, true) + children.mapToLong(child -> ticks(child.pid(), true)).sum())
                * TICK_MILLIS;
    }

    private static long ticks(long pid, boolean withEndedChildren) {
        try {
            return parse(Files.readString(Path.of("/proc/" + pid + "/stat")), withEndedChildren);
        } catch (IOException e) {
            // it has ended; its parent has its time
            return 0;
        }
    }

    /**
     * User and system time of a process, in ticks.
     *
     * @param withEndedChildren and that of the children that it has waited for
     */
    static long parse(String stat, boolean withEndedChildren) {
        // the second field is a name in parentheses that may hold anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        long ticks = 0;
        for (int field = 11; field <= (withEndedChildren ? 14 : 12); field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks;
    }
}
