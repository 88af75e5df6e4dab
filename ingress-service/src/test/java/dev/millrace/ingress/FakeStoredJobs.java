package dev.millrace.ingress;

import dev.millrace.ingress.jobs.JobPage;
import dev.millrace.ingress.jobs.JobQuery;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.StoredJobs;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A jobs table in memory. */
public final class FakeStoredJobs implements StoredJobs {
    private final Map<String, JobView> rows = new ConcurrentHashMap<>();
    private volatile boolean down;

    public void put(String tenant, JobView job) {
        rows.put(tenant + "|" + job.id(), job);
    }

    public void clear() {
        rows.clear();
    }

    public void setDown(boolean isDown) {
        down = isDown;
    }

    @Override
    public Map<String, JobView> findEnded(Collection<String> jobIds) {
        if (down) {
            throw new UnavailableException(new IllegalStateException("down"));
        }
        return rows.values().stream()
                .filter(job -> job.hasEnded() && jobIds.contains(job.id()))
                .collect(Collectors.toMap(JobView::id, job -> job));
    }

    @Override
    public JobPage list(String tenant, JobQuery query) {
        if (down) {
            throw new UnavailableException(new IllegalStateException("down"));
        }
        List<JobView> jobs =
                rows.entrySet().stream()
                        .filter(row -> row.getKey().startsWith(tenant + "|"))
                        .map(Map.Entry::getValue)
                        .filter(job -> query.status().map(job.status()::equals).orElse(true))
                        .limit(query.limit())
                        .toList();
        return new JobPage(jobs, false, null);
    }

    @Override
    public Optional<JobView> find(String tenant, String jobId) {
        if (down) {
            throw new UnavailableException(new IllegalStateException("down"));
        }
        return Optional.ofNullable(rows.get(tenant + "|" + jobId));
    }
}
