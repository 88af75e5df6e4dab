package dev.millrace.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The processor time of some processes, less what they use when nothing is asked of them. */
final class CpuMeter {
    /** This process, which makes the load. */
    static final String LOAD = "load-generator";

    private static final Duration CATCH_UP = Duration.ofSeconds(5);
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final Map<String, Long> processes;
    private Map<String, Double> idle = Map.of();

    /**
     * @param processes pids by name; this process is added
     */
    CpuMeter(Map<String, Long> processes) {
        this.processes = new LinkedHashMap<>(processes);
        this.processes.put(LOAD, Cpu.ITSELF);
    }

    /**
     * Watches the processes do nothing.
     *
     * @return milliseconds of processor for each millisecond, by process
     */
    Map<String, Double> learnIdle(Duration time) throws InterruptedException {
        // what came before is seen to its end first
        TimeUnit.NANOSECONDS.sleep(CATCH_UP.toNanos());
        Cpu before = now();
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        idle = Map.copyOf(now().rateSince(before));
        return idle;
    }

    Cpu now() {
        return Cpu.of(processes);
    }

    /** The times once nothing that a round started is left to do. */
    Cpu settled() throws InterruptedException {
        double rate =
                idle.entrySet().stream()
                        .filter(each -> !each.getKey().equals(LOAD))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
        Map<String, Long> watched = new HashMap<>(processes);
        watched.remove(LOAD);
        Cpu.awaitQuiet(() -> Cpu.of(watched), rate, SETTLE);
        return now();
    }

    /** Microseconds for each job between two moments, by process. */
    Map<String, Double> perJob(Cpu before, Cpu after, int jobs) {
        return after.perJobSince(before, idle, jobs);
    }

    /** Whether these are the processes that are measured. */
    boolean watches(Map<String, Long> others) {
        Map<String, Long> all = new HashMap<>(others);
        all.put(LOAD, Cpu.ITSELF);
        return processes.equals(all);
    }
}
