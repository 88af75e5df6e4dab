package dev.millrace.ingress.waiting;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.ingress.loop.Steps;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database about awaited jobs whose result may never come here: those that came in at
 * another instance, and any whose result was lost on the way. One query for many jobs, a few times
 * a second at most, however many callers there are.
 */
public final class LookUpSteps implements Steps {
    private static final Logger LOG = LoggerFactory.getLogger(LookUpSteps.class);
    private static final int AT_ONCE = 500;
    private static final long PAUSE_NANOS = 100_000_000;
    private static final long PAUSE_AFTER_FAILURE_NANOS = 1_000_000_000;

    private final OpenWaits waits;
    private final StoredJobs stored;

    public LookUpSteps(OpenWaits waits, StoredJobs stored) {
        this.waits = waits;
        this.stored = stored;
    }

    @Override
    public void step() {
        LockSupport.parkNanos(lookUp() ? PAUSE_NANOS : PAUSE_AFTER_FAILURE_NANOS);
    }

    /** False when the database could not be asked. */
    boolean lookUp() {
        List<JobWait> due = waits.toLookUp(AT_ONCE);
        if (due.isEmpty()) {
            return true;
        }
        try {
            Map<String, JobView> ended =
                    stored.findEnded(due.stream().map(JobWait::jobId).distinct().toList());
            for (JobWait wait : due) {
                JobView job = ended.get(wait.jobId());
                if (job != null) {
                    wait.ended(job);
                }
            }
            return true;
        } catch (StoredJobs.UnavailableException e) {
            LOG.warn("waits={} looked_up=false error={}", due.size(), e.toString());
            return false;
        }
    }

    @Override
    public void close() {}
}
