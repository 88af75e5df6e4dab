package dev.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.oracle.Verdict.Invariant;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.WebhookEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A judge that finds nothing wrong with anything would be worthless: each fault is planted and must
 * be found.
 */
class JudgeTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private final TopicEvidence topics = new TopicEvidence();
    private final LedgerEvidence ledger = new LedgerEvidence();

    @Test
    void aPipelineThatDidItsWorkPasses() {
        // Given
        done("a", 10);
        done("b", 20);

        // When
        Verdict verdict = judge();

        // Then
        assertThat(verdict.allHold()).isTrue();
        assertThat(verdict.settled()).isTrue();
        assertThat(verdict.accepted()).isEqualTo(2);
        assertThat(verdict.chargedMicros()).isEqualTo(30).isEqualTo(verdict.resultsMicros());
    }

    @Test
    void aSecondResultIsFound() {
        JobFacts job = done("a", 10);
        job.results.add(job.results.getFirst());
        assertBroken(Invariant.I1, "has 2 results");
        assertThat(judge().duplicates()).isEqualTo(1);
    }

    @Test
    void aJobPastItsDeadlineWithoutAResultIsLost() {
        JobFacts job = accepted("a", NOW.minusSeconds(3600));
        job.deadline = NOW.minusSeconds(120);
        assertBroken(Invariant.I1, "past its deadline");
        assertThat(judge().lost()).isEqualTo(1);
    }

    @Test
    void aJobBeforeItsDeadlineIsOnlyOpen() {
        JobFacts job = accepted("a", NOW.minusSeconds(5));
        job.deadline = NOW.plusSeconds(120);
        Verdict verdict = judge();
        assertThat(verdict.allHold()).isTrue();
        assertThat(verdict.open()).isEqualTo(1);
        assertThat(verdict.settled()).isFalse();
    }

    @Test
    void aCommandThatAdmissionPassedOverIsLost() {
        JobFacts skipped = job("a", 0);
        done("b", 10);
        assertThat(skipped.answered()).isFalse();
        assertBroken(Invariant.I1, "passed over");
    }

    @Test
    void aCommandBehindTheLastAdmittedOneIsOnlyWaiting() {
        done("b", 10);
        job("c", 99);
        assertThat(judge().allHold()).isTrue();
        assertThat(judge().open()).isEqualTo(1);
    }

    @Test
    void aWrongChargeIsFound() {
        done("a", 10);
        ledger.usage.put("a", new LedgerEvidence.UsageRow("acme", 11, 1, 1, NOW));
        ledger.hourlyMicros = 11;
        assertBroken(Invariant.I2, "charged 11 micros, its result comes to 10");
    }

    @Test
    void aChargeWithoutAResultIsFound() {
        ledger.usage.put("ghost", new LedgerEvidence.UsageRow("acme", 5, 1, 1, NOW));
        ledger.hourlyMicros = 5;
        ledger.hourlyJobs = 1;
        assertBroken(Invariant.I2, "charged but has no result");
    }

    @Test
    void aMissingUsageRowIsPendingAtFirstAndBrokenLater() {
        accepted("a", NOW).results.add(ended("acme", 10, NOW.minusSeconds(2)));
        assertThat(judge().allHold()).isTrue();
        assertThat(judge().settled()).isFalse();
        accepted("b", NOW).results.add(ended("acme", 10, NOW.minusSeconds(300)));
        assertBroken(Invariant.I2, "has no row");
    }

    @Test
    void aRollUpThatDiffersFromItsRowsIsFound() {
        done("a", 10);
        ledger.hourlyMicros = 9;
        assertBroken(Invariant.I2, "usage_hourly");
    }

    @Test
    void aWebhookWithoutARecordIsFound() {
        topics.webhooks.put("msg_1", webhook("msg_1", NOW.minusSeconds(300)));
        assertBroken(Invariant.I3, "no delivery record");
    }

    @Test
    void attemptsThatWereNotRecordedAreFound() {
        topics.webhooks.put("msg_1", webhook("msg_1", NOW));
        ledger.deliveries.put("msg_1", new LedgerEvidence.Delivery("delivered", 2, 1, NOW));
        assertBroken(Invariant.I3, "counts 2 attempts, 1 are recorded");
    }

    @Test
    void aCallbackThatWasNeverAnnouncedIsFound() {
        // Given
        JobFacts job = done("a", 10);
        JobFacts.Command plain = job.commands.removeFirst();
        job.commands.add(
                new JobFacts.Command(
                        plain.tenant(),
                        plain.key(),
                        plain.partition(),
                        plain.offset(),
                        plain.receivedAt(),
                        true,
                        false,
                        Optional.empty(),
                        Optional.of("http://127.0.0.1/hook"),
                        plain.deadline()));
        job.results.clear();
        job.results.add(ended("acme", 10, NOW.minusSeconds(300)));

        // Then
        assertBroken(Invariant.I3, "asked for a callback");
    }

    @Test
    void anIntakeRecordThatWasDroppedIsFound() {
        topics.committedIntake.add("millrace.intake.acme/0/7");
        assertBroken(Invariant.I6, "millrace.intake.acme/0/7");
        topics.handled.add("millrace.intake.acme/0/7");
        assertThat(judge().allHold()).isTrue();
    }

    @Test
    void aCommandThatNobodyAnsweredInItsTimeIsLost() {
        JobFacts job = topics.jobs.computeIfAbsent("a", JobFacts::new);
        job.commands.add(
                new JobFacts.Command(
                        "acme",
                        "acme",
                        0,
                        5,
                        NOW.minusSeconds(9000),
                        true,
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        NOW.minusSeconds(5000)));
        assertBroken(Invariant.I1, "passed over");
    }

    @Test
    void aResultNobodyAskedForIsFound() {
        topics.jobs.computeIfAbsent("ghost", JobFacts::new).results.add(ended("acme", 0, NOW));
        ledger.usage.put("ghost", new LedgerEvidence.UsageRow("acme", 0, 1, 1, NOW));
        ledger.hourlyJobs = 1;
        assertBroken(Invariant.I4, "never submitted");
    }

    @Test
    void aResultUnderAnotherTenantIsFound() {
        JobFacts job = job("a", 1);
        job.results.add(ended("borealis", 0, NOW));
        ledger.usage.put("a", new LedgerEvidence.UsageRow("borealis", 0, 1, 1, NOW));
        ledger.hourlyJobs = 1;
        assertBroken(Invariant.I5, "several tenants");
    }

    @Test
    void figuresMaySpeakOfSomeJobsWhileAllAreJudged() {
        // Given
        done("a", 10);
        done("b", 20);

        // When
        Verdict verdict = new Judge(topics, ledger, NOW, Set.of("b")).verdict();

        // Then
        assertThat(verdict.accepted()).isEqualTo(1);
        assertThat(verdict.chargedMicros()).isEqualTo(20);
        assertThat(verdict.allHold()).isTrue();
    }

    private Verdict judge() {
        return new Judge(topics, ledger, NOW, Set.of()).verdict();
    }

    private void assertBroken(Invariant invariant, String what) {
        Verdict verdict = judge();
        assertThat(verdict.holds(invariant)).isFalse();
        assertThat(verdict.violations().get(invariant))
                .anySatisfy(text -> assertThat(text).contains(what));
    }

    private JobFacts job(String id, long offset) {
        JobFacts job = topics.jobs.computeIfAbsent(id, JobFacts::new);
        job.commands.add(
                new JobFacts.Command(
                        "acme",
                        "acme",
                        0,
                        offset,
                        NOW.minusSeconds(10),
                        true,
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        NOW.plusSeconds(3600)));
        return job;
    }

    private JobFacts accepted(String id, Instant when) {
        JobFacts job = topics.jobs.computeIfAbsent(id, JobFacts::new);
        job.commands.add(
                new JobFacts.Command(
                        "acme",
                        "acme",
                        0,
                        50 + topics.jobs.size(),
                        when,
                        true,
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        NOW.plusSeconds(3600)));
        job.receipts.add(ReceiptStatus.ACCEPTED);
        return job;
    }

    private JobFacts done(String id, long micros) {
        JobFacts job = accepted(id, NOW.minusSeconds(30));
        job.results.add(ended("acme", micros, NOW.minusSeconds(20)));
        ledger.usage.put(
                id, new LedgerEvidence.UsageRow("acme", micros, 1, 1, NOW.minusSeconds(20)));
        ledger.hourlyMicros += micros;
        ledger.hourlyJobs++;
        return job;
    }

    private static JobFacts.Ended ended(String tenant, long micros, Instant at) {
        return new JobFacts.Ended(tenant, tenant, ResultStatus.SUCCEEDED, micros, 1, 1, at);
    }

    private static WebhookEvent webhook(String id, Instant at) {
        return WebhookEvent.newBuilder()
                .setWebhookId(id)
                .setTenant("acme")
                .setJobId("a")
                .setType("job.succeeded")
                .setUrl("http://127.0.0.1/")
                .setCreatedAt(at)
                .setPayload("{}")
                .build();
    }
}
