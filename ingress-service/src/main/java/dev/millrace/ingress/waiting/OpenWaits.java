package dev.millrace.ingress.waiting;

import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.TokenChunk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Everybody here who waits for a job's end, by job. A wait that has ended, or whose caller has
 * gone, is forgotten at once.
 */
public final class OpenWaits {
    private final int bound;
    private final LongSupplier nanoTime;
    private final AtomicInteger open = new AtomicInteger();
    private final Map<String, List<JobWait>> byJob = new ConcurrentHashMap<>();

    /**
     * @param bound how many may wait at once
     */
    public OpenWaits(int bound, LongSupplier nanoTime) {
        this.bound = bound;
        this.nanoTime = nanoTime;
    }

    /**
     * Begins to wait; empty where too many do already.
     *
     * @param ours whether whatever job has this id is surely the caller's; else admission must say
     *     so first
     * @param pieces gets the pieces of a job that streams, in the order of their coming, on the
     *     reader's thread: it must not block
     */
    public Optional<JobWait> open(
            String tenant, String jobId, boolean ours, Consumer<TokenChunk> pieces) {
        if (open.incrementAndGet() > bound) {
            open.decrementAndGet();
            return Optional.empty();
        }
        JobWait wait = new JobWait(tenant, jobId, ours, pieces, nanoTime.getAsLong());
        byJob.merge(
                jobId,
                List.of(wait),
                (old, one) -> Stream.concat(old.stream(), one.stream()).toList());
        wait.ending().whenComplete((ending, never) -> forget(wait));
        return Optional.of(wait);
    }

    /** A result for those who wait for it; receipts are for {@code WaitingCallers}. */
    public void deliver(IngressReply reply) {
        if (reply.getBody() instanceof InferenceResult result) {
            List<JobWait> waits = of(result.getJobId());
            if (!waits.isEmpty()) {
                JobView job = JobView.of(result);
                waits.stream()
                        .filter(wait -> wait.tenant().equals(result.getTenant()))
                        .forEach(wait -> wait.ended(job));
            }
        }
    }

    /** A piece of an answer. */
    public void deliver(TokenChunk chunk) {
        of(chunk.getJobId()).stream()
                .filter(wait -> wait.tenant().equals(chunk.getTenant()))
                .forEach(wait -> wait.piece(chunk));
    }

    /** Whether anybody waits for this job. */
    public boolean isAwaited(String jobId) {
        return byJob.containsKey(jobId);
    }

    /** At most so many waits whose job the database should be asked about now. */
    List<JobWait> toLookUp(int most) {
        long now = nanoTime.getAsLong();
        return byJob.values().stream()
                .flatMap(List::stream)
                .filter(wait -> wait.takeLookUp(now))
                .limit(most)
                .toList();
    }

    public long now() {
        return nanoTime.getAsLong();
    }

    public int size() {
        return open.get();
    }

    private List<JobWait> of(String jobId) {
        return byJob.getOrDefault(jobId, List.of());
    }

    private void forget(JobWait wait) {
        byJob.computeIfPresent(
                wait.jobId(),
                (id, waits) -> {
                    List<JobWait> rest = waits.stream().filter(each -> each != wait).toList();
                    return rest.isEmpty() ? null : rest;
                });
        open.decrementAndGet();
    }
}
