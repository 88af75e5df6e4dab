package dev.millrace.workers.attempt;

import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.engine.StopSignal.Reason;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which jobs run here, so that a word from the classifier stops them, and which ended a short while
 * ago, so that those still waiting in the lane do not start. Thread-safe.
 */
public final class RunningJobs {
    /**
     * More than are cancelled while a lane's backlog passes; forgetting one only costs an attempt
     * that nobody needs.
     */
    private static final int REMEMBERED = 20_000;

    private final Map<String, StopSignal> running = new HashMap<>();
    private final Map<String, Reason> over =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Reason> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /** The signal of a job that is about to run; it has come already where the job is over. */
    public StopSignal begin(String jobId) {
        StopSignal signal = new StopSignal();
        Reason known;
        synchronized (this) {
            known = over.get(jobId);
            running.put(jobId, signal);
        }
        if (known != null) {
            signal.stop(known);
        }
        return signal;
    }

    public synchronized void end(String jobId, StopSignal signal) {
        running.remove(jobId, signal);
    }

    /** The classifier has ended a job. */
    public void over(String jobId, Reason reason) {
        StopSignal signal;
        synchronized (this) {
            over.put(jobId, reason);
            signal = running.get(jobId);
        }
        if (signal != null) {
            signal.stop(reason);
        }
    }

    /** The worker leaves: everything that still runs stops. */
    public void leave() {
        Map<String, StopSignal> all;
        synchronized (this) {
            all = Map.copyOf(running);
        }
        all.values().forEach(signal -> signal.stop(Reason.LEAVING));
    }
}
