package dev.millrace.classifier.store;

import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.JobView;
import dev.millrace.classifier.job.LaneWork;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.job.TenantLoad;
import dev.millrace.v1.RoutedJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of one task. A change of a job brings everything else that is kept about it along: the
 * tenant's load, the attempt that waits, and the entry of the due index.
 *
 * <p>An entry of the index only says "look at this job then". Each remembered job has one at or
 * before the moment it is due; an entry that comes too early is put back at that moment. So closing
 * a job leaves the entry of its deadline where it is, and costs no write.
 */
public final class JobBook implements JobView {
    private static final byte[] NOTHING = {};

    private final KeyValueStore<String, Job> jobs;
    private final KeyValueStore<DueKey, byte[]> due;
    private final KeyValueStore<String, RoutedJob> retries;
    private final KeyValueStore<String, TenantLoad> tenants;

    /** What {@link #tenants} holds: every submission asks for its tenant's load. */
    private final Map<String, TenantLoad> loads = new HashMap<>();

    /**
     * No entry of the index is before this, so a look need not pass over what was deleted there.
     */
    private long floor;

    public JobBook(
            KeyValueStore<String, Job> jobs,
            KeyValueStore<DueKey, byte[]> due,
            KeyValueStore<String, RoutedJob> retries,
            KeyValueStore<String, TenantLoad> tenants) {
        this.jobs = jobs;
        this.due = due;
        this.retries = retries;
        this.tenants = tenants;
        try (KeyValueIterator<String, TenantLoad> each = tenants.all()) {
            each.forEachRemaining(entry -> loads.put(entry.key, entry.value));
        }
    }

    @Override
    public Optional<Job> find(JobId id) {
        return Optional.ofNullable(jobs.get(id.key()));
    }

    @Override
    public TenantLoad load(String tenant) {
        return loads.getOrDefault(tenant, TenantLoad.NONE);
    }

    /** The attempt that waits with a job. */
    public Optional<RoutedJob> held(JobId id) {
        return Optional.ofNullable(retries.get(id.key()));
    }

    public Map<String, TenantLoad> loads() {
        return Collections.unmodifiableMap(loads);
    }

    /** What is open by lane, of all tenants together. */
    public Map<String, LaneWork> lanes() {
        Map<String, LaneWork> lanes = new HashMap<>();
        for (TenantLoad load : loads.values()) {
            load.lanes().forEach((lane, work) -> lanes.merge(lane, work, LaneWork::plus));
        }
        return lanes;
    }

    /** Makes one job's change. */
    public void apply(Step.Change change) {
        String key = change.id().key();
        jobs.put(key, change.to());
        load(change);
        hold(key, change);
        if (change.to() != null && isSooner(change.to(), change.from())) {
            wake(change.id(), change.to());
        }
    }

    /**
     * Hands over each job whose moment has come, at most {@code limit} entries of the index, oldest
     * first. The job's own state decides whether anything is to be done.
     */
    public void due(Instant now, int limit, BiConsumer<JobId, Job> look) {
        for (DueKey entry : entries(now, limit)) {
            due.delete(entry);
            JobId id = entry.id();
            find(id).ifPresent(job -> look.accept(id, job));
            find(id).ifPresent(job -> wake(id, job));
        }
    }

    private List<DueKey> entries(Instant now, int limit) {
        List<DueKey> entries = new ArrayList<>();
        long end = now.toEpochMilli() + 1;
        try (KeyValueIterator<DueKey, byte[]> each =
                due.range(DueKey.before(floor), DueKey.before(end))) {
            while (each.hasNext() && entries.size() < limit) {
                KeyValue<DueKey, byte[]> entry = each.next();
                entries.add(entry.key);
            }
        }
        floor = entries.size() < limit ? end : entries.getLast().atMillis();
        return entries;
    }

    private void wake(JobId id, Job job) {
        DueKey entry = DueKey.of(id, job.dueAt());
        due.put(entry, NOTHING);
        floor = Math.min(floor, entry.atMillis());
    }

    private void hold(String key, Step.Change change) {
        if (change.held().isPresent()) {
            retries.put(key, change.held().get());
        } else if (waits(change.from()) && !waits(change.to())) {
            retries.delete(key);
        }
    }

    private void load(Step.Change change) {
        TenantLoad before = load(change.id().tenant());
        TenantLoad after = before.after(change.from(), change.to());
        if (!after.equals(before)) {
            loads.put(change.id().tenant(), after);
            tenants.put(change.id().tenant(), after);
        }
    }

    private static boolean isSooner(Job to, @Nullable Job from) {
        return from == null || to.dueAt().isBefore(from.dueAt());
    }

    private static boolean waits(@Nullable Job job) {
        return job instanceof Job.Open open && open.attempt().heldUntil().isPresent();
    }
}
