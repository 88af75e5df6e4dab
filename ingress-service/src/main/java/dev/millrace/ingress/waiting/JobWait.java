package dev.millrace.ingress.waiting;

import dev.millrace.ingress.Answer;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.Decision;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.TokenChunk;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One caller's wait for one job's end. It holds no thread. Under an idempotency key another body
 * may have the same job id, so the result counts only once admission has said that this caller's
 * job is that job.
 */
public final class JobWait {
    /** A result that should have come by itself is asked for all the same, in case it was lost. */
    static final Duration LOOK_UP_OWN = Duration.ofSeconds(10);

    /** The result of a job that came in elsewhere goes elsewhere. */
    static final Duration LOOK_UP_OTHERS = Duration.ofSeconds(1);

    private final String tenant;
    private final String jobId;
    private final Consumer<TokenChunk> pieces;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private boolean ours;
    private @Nullable JobView early;
    private @Nullable String lane;
    private long lookUpAt;
    private long lookUpEvery = LOOK_UP_OWN.toNanos();

    JobWait(String tenant, String jobId, boolean ours, Consumer<TokenChunk> pieces, long now) {
        this.tenant = tenant;
        this.jobId = jobId;
        this.ours = ours;
        this.pieces = pieces;
        this.lookUpAt = now + lookUpEvery;
    }

    public String tenant() {
        return tenant;
    }

    public String jobId() {
        return jobId;
    }

    /** Ends exactly once; whoever gives up first completes it. */
    public CompletableFuture<Ending> ending() {
        return ending;
    }

    /** Where the job was sent first, once admission has said so. */
    public synchronized Optional<String> lane() {
        return Optional.ofNullable(lane);
    }

    /**
     * Admission's word on this caller's submission.
     *
     * @param refusal what the caller is told where the word is a refusal
     */
    public void hear(Receipt receipt, Function<Receipt, Optional<Answer>> refusal, long now) {
        Optional<Answer> turned = refusal.apply(receipt);
        if (turned.isPresent()) {
            ending.complete(new Ending.Turned(turned.get()));
            return;
        }
        JobView result;
        synchronized (this) {
            ours = true;
            lane = receipt.getDecision().flatMap(Decision::getLane).orElse(null);
            if (receipt.getStatus() == ReceiptStatus.DUPLICATE) {
                lookUpOften(now);
            }
            result = early;
        }
        if (result != null) {
            ending.complete(new Ending.Result(result));
        }
    }

    /** Its result goes to whoever sent it, so this wait depends on the database. */
    public synchronized void lookUpOften(long now) {
        lookUpEvery = LOOK_UP_OTHERS.toNanos();
        lookUpAt = now;
    }

    /** How the job of this id ended. */
    void ended(JobView job) {
        synchronized (this) {
            early = job;
            if (!ours) {
                return;
            }
        }
        ending.complete(new Ending.Result(job));
    }

    void piece(TokenChunk chunk) {
        pieces.accept(chunk);
    }

    /** Whether the database should be asked now; the next time is later. */
    synchronized boolean takeLookUp(long now) {
        boolean due = ours && !ending.isDone() && now - lookUpAt >= 0;
        if (due) {
            lookUpAt = now + lookUpEvery;
        }
        return due;
    }

    /** The wait is over for whatever reason; nothing of it stays. */
    public void leave() {
        ending.complete(new Ending.StillOpen());
    }
}
