package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.StoredJobs;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A jobs table in memory. */
public final class FakeStoredJobs implements StoredJobs {
    private final Map<String, JobView> rows = new ConcurrentHashMap<>();
    private volatile boolean down;

    public void put(String tenant, JobView job) {
        rows.put(tenant + "|" + job.id(), job);
    }

    public void setDown(boolean isDown) {
        down = isDown;
    }

    @Override
    public Optional<JobView> find(String tenant, String jobId) {
        if (down) {
            throw new UnavailableException(new IllegalStateException("down"));
        }
        return Optional.ofNullable(rows.get(tenant + "|" + jobId));
    }
}
