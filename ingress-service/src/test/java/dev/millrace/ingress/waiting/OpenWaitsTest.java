package dev.millrace.ingress.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.Answer;
import dev.millrace.ingress.FakeStoredJobs;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OpenWaitsTest {
    private static final Instant ACCEPTED = Instant.parse("2026-01-02T03:04:05Z");
    private final AtomicLong now = new AtomicLong(5_000_000_000L);
    private final OpenWaits waits = new OpenWaits(2, now::get);
    private final FakeStoredJobs stored = new FakeStoredJobs();
    private final LookUpSteps lookUps = new LookUpSteps(waits, stored);

    @Test
    void aResultEndsTheWaitsForItsJobAndNothingStays() {
        // Given
        JobWait one = open("job-1", true);
        JobWait two = open("job-1", true);

        // When
        waits.deliver(result("job-1", "acme"));

        // Then
        assertThat(output(one)).isEqualTo("the answer");
        assertThat(output(two)).isEqualTo("the answer");
        assertThat(waits.size()).isZero();
        assertThat(waits.isAwaited("job-1")).isFalse();
    }

    @Test
    void anotherTenantsOrAnotherJobsResultIsNotTheirs() {
        // Given
        JobWait wait = open("job-1", true);

        // When
        waits.deliver(result("job-1", "other"));
        waits.deliver(result("job-2", "acme"));

        // Then
        assertThat(wait.ending()).isNotDone();
    }

    @Test
    void underAKeyAResultCountsOnlyOnceAdmissionSaysThatItIsTheCallersJob() {
        // Given
        JobWait same = open("job-1", false);
        JobWait conflicting = open("job-1", false);

        // When: the result overtakes the receipts
        waits.deliver(result("job-1", "acme"));

        // Then
        assertThat(same.ending()).isNotDone();
        same.hear(receipt(ReceiptStatus.ACCEPTED), r -> Optional.empty(), now.get());
        assertThat(output(same)).isEqualTo("the answer");
        Answer conflict = new Answer.Conflict(new JobError("c", null, null, "d"));
        conflicting.hear(receipt(ReceiptStatus.CONFLICT), r -> Optional.of(conflict), now.get());
        assertThat(conflicting.ending().join()).isEqualTo(new Ending.Turned(conflict));
    }

    @Test
    void aDuplicatesResultIsLookedUpAtOnceAndThenEverySecond() {
        // Given
        JobWait wait = open("job-1", false);
        wait.hear(receipt(ReceiptStatus.DUPLICATE), r -> Optional.empty(), now.get());

        // When
        assertThat(lookUps.lookUp()).isTrue();
        stored.put("acme", JobView.of((InferenceResult) result("job-1", "acme").getBody()));
        lookUps.lookUp();

        // Then: not asked again before a second has passed
        assertThat(wait.ending()).isNotDone();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        lookUps.lookUp();
        assertThat(output(wait)).isEqualTo("the answer");
    }

    @Test
    void aResultThatNeverComesIsLookedUpSometimes() {
        // Given
        JobWait wait = open("job-1", true);
        stored.put("acme", JobView.of((InferenceResult) result("job-1", "acme").getBody()));

        // When
        lookUps.lookUp();
        assertThat(wait.ending()).isNotDone();
        now.addAndGet(JobWait.LOOK_UP_OWN.toNanos());
        stored.setDown(true);
        assertThat(lookUps.lookUp()).isFalse();
        stored.setDown(false);
        now.addAndGet(JobWait.LOOK_UP_OWN.toNanos());
        lookUps.lookUp();

        // Then
        assertThat(output(wait)).isEqualTo("the answer");
    }

    @Test
    void piecesGoToWhoeverWaitsForTheJob() {
        // Given
        List<String> pieces = new ArrayList<>();
        JobWait wait =
                waits.open("acme", "job-1", true, chunk -> pieces.add(chunk.getText()))
                        .orElseThrow();

        // When
        waits.deliver(new TokenChunk("job-1", "acme", 1, 0, "a", false));
        waits.deliver(new TokenChunk("job-1", "other", 1, 1, "b", false));
        waits.deliver(new TokenChunk("job-2", "acme", 1, 1, "c", false));

        // Then
        assertThat(pieces).containsExactly("a");
        assertThat(wait.ending()).isNotDone();
    }

    @Test
    void noMoreThanTheBoundMayWaitAndWhoeverLeavesMakesRoom() {
        // Given
        JobWait first = open("job-1", true);
        open("job-2", true);
        assertThat(waits.open("acme", "job-3", true, chunk -> {})).isEmpty();

        // When
        first.leave();

        // Then
        assertThat(waits.size()).isEqualTo(1);
        assertThat(waits.open("acme", "job-3", true, chunk -> {})).isPresent();
    }

    private JobWait open(String jobId, boolean ours) {
        return waits.open("acme", jobId, ours, chunk -> {}).orElseThrow();
    }

    private static String output(JobWait wait) {
        assertThat(wait.ending()).isDone();
        return wait.ending().join() instanceof Ending.Result(JobView job) && job.output() != null
                ? job.output()
                : "";
    }

    private static Receipt receipt(ReceiptStatus status) {
        return Receipt.newBuilder().setStatus(status).setAcceptedAt(ACCEPTED).build();
    }

    private static IngressReply result(String jobId, String tenant) {
        return new IngressReply(
                jobId,
                tenant,
                InferenceResult.newBuilder()
                        .setJobId(jobId)
                        .setTenant(tenant)
                        .setStatus(ResultStatus.SUCCEEDED)
                        .setOutput("the answer")
                        .setUsage(Usage.newBuilder().build())
                        .setAcceptedAt(ACCEPTED)
                        .setCompletedAt(ACCEPTED.plusSeconds(1))
                        .build());
    }
}
