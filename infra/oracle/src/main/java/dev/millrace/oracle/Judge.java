package dev.millrace.oracle;

import dev.millrace.oracle.Verdict.Invariant;
import dev.millrace.v1.ReceiptStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the evidence against the invariants. Pure: the same evidence and moment give the same
 * verdict.
 */
final class Judge {
    /** How long a hop may take before what is missing counts as lost. */
    static final Duration GRACE = Duration.ofSeconds(60);

    /** Results live seven days in their topic, usage rows for good. */
    private static final Duration RESULTS_KEPT = Duration.ofDays(6);

    private static final int LISTED = 20;

    private final TopicEvidence topics;
    private final LedgerEvidence ledger;
    private final Instant now;
    private final Set<String> counted;
    private final Map<Invariant, List<String>> violations = new EnumMap<>(Invariant.class);
    private final Set<String> announced = new HashSet<>();
    private final List<String> pending = new ArrayList<>();
    private long accepted;
    private long ended;
    private long duplicates;
    private long lost;
    private long open;
    private long charged;
    private long priced;

    /**
     * @param counted the jobs that the figures speak of; empty for all. The invariants are judged
     *     over all in any case.
     */
    Judge(TopicEvidence topics, LedgerEvidence ledger, Instant now, Set<String> counted) {
        this.counted = Set.copyOf(counted);
        this.topics = topics;
        this.ledger = ledger;
        this.now = now;
        for (Invariant invariant : Invariant.values()) {
            violations.put(invariant, new ArrayList<>());
        }
    }

    Verdict verdict() {
        Map<Integer, Long> admitted = lastAdmittedOffsets();
        Set<String> conflicts = new HashSet<>();
        topics.jobs
                .values()
                .forEach(
                        job -> job.commands.forEach(c -> c.conflictId().ifPresent(conflicts::add)));
        for (JobFacts job : topics.jobs.values()) {
            endsOnce(job, admitted);
            wasAskedFor(job, conflicts);
            staysWithItsTenant(job);
            isBilledOnce(job);
            callsBack(job);
        }
        nothingWasDropped();
        ledgerHoldsNothingElse();
        topics.strayReplies.forEach(stray -> broken(Invariant.I5, stray));
        topics.repeatedDeadLetters.forEach(repeat -> broken(Invariant.I6, repeat));
        int[] webhooks = webhooksEnd();
        return new Verdict(
                accepted,
                ended,
                duplicates,
                lost,
                open,
                charged,
                priced,
                webhooks[0],
                webhooks[1],
                webhooks[2],
                topics.deadLetters,
                List.copyOf(pending),
                Map.copyOf(violations));
    }

    /**
     * The classifier admits each partition in order: what lies before an answered command and has
     * no answer is lost.
     */
    private Map<Integer, Long> lastAdmittedOffsets() {
        Map<Integer, Long> last = new HashMap<>();
        for (JobFacts job : topics.jobs.values()) {
            if (job.answered() && job.commands.size() == 1) {
                JobFacts.Command command = job.commands.getFirst();
                last.merge(command.partition(), command.offset(), Math::max);
            }
        }
        return last;
    }

    private void endsOnce(JobFacts job, Map<Integer, Long> admitted) {
        if (counts(job.jobId)) {
            accepted += job.accepted() ? 1 : 0;
            ended += Math.min(1, job.results.size());
            duplicates += Math.max(0, job.results.size() - 1);
        }
        if (job.results.size() > 1) {
            broken(Invariant.I1, "job=" + job.jobId + " has " + job.results.size() + " results");
        }
        if (!job.results.isEmpty()) {
            return;
        }
        if (job.receipts.contains(ReceiptStatus.ACCEPTED)) {
            boolean overdue = job.deadline != null && now.isAfter(job.deadline.plus(GRACE));
            unfinished(job, overdue, "is past its deadline without a result");
        } else if (!job.answered()) {
            boolean passedOver =
                    job.commands.stream()
                            .anyMatch(c -> c.offset() < admitted.getOrDefault(c.partition(), -1L));
            boolean overdue =
                    job.commands.stream().anyMatch(c -> now.isAfter(c.deadline().plus(GRACE)));
            unfinished(job, passedOver || overdue, "was passed over by admission");
        }
    }

    private void unfinished(JobFacts job, boolean gone, String why) {
        if (gone) {
            lost += counts(job.jobId) ? 1 : 0;
            broken(Invariant.I1, "job=" + job.jobId + " " + why);
        } else {
            open += counts(job.jobId) ? 1 : 0;
            pending.add("job=" + job.jobId + " is open");
        }
    }

    private void wasAskedFor(JobFacts job, Set<String> conflicts) {
        if (job.commands.isEmpty() && !conflicts.contains(job.jobId)) {
            broken(
                    Invariant.I4,
                    "job=" + job.jobId + " has a result or receipt but was never submitted");
        }
    }

    private void staysWithItsTenant(JobFacts job) {
        Set<String> tenants = new HashSet<>();
        job.commands.forEach(
                command -> {
                    tenants.add(command.tenant());
                    tenants.add(command.key());
                });
        job.results.forEach(
                result -> {
                    tenants.add(result.tenant());
                    tenants.add(result.key());
                });
        if (tenants.size() > 1) {
            broken(Invariant.I5, "job=" + job.jobId + " carries several tenants: " + tenants);
        }
    }

    private void isBilledOnce(JobFacts job) {
        if (job.results.isEmpty()) {
            return;
        }
        JobFacts.Ended result = job.results.getFirst();
        priced += counts(job.jobId) ? result.micros() : 0;
        LedgerEvidence.UsageRow row = ledger.usage.get(job.jobId);
        if (row == null) {
            String missing = "job=" + job.jobId + " has no row in ledger.usage_event";
            if (now.isAfter(result.completedAt().plus(GRACE))) {
                broken(Invariant.I2, missing);
            } else {
                pending.add(missing);
            }
        } else if (row.micros() != result.micros()
                || !row.tenant().equals(result.tenant())
                || row.inputTokens() != result.inputTokens()
                || row.outputTokens() != result.outputTokens()) {
            broken(
                    Invariant.I2,
                    "job="
                            + job.jobId
                            + " is charged "
                            + row.micros()
                            + " micros, its result comes to "
                            + result.micros());
        }
    }

    /** The job that asked for a callback first and has ended must have its webhook event. */
    private void callsBack(JobFacts job) {
        if (job.results.isEmpty() || job.commands.isEmpty()) {
            return;
        }
        JobFacts.Command first =
                Collections.min(job.commands, Comparator.comparingLong(JobFacts.Command::offset));
        first.callback()
                .filter(url -> !announced().contains(job.jobId + " " + url))
                .ifPresent(
                        url ->
                                late(
                                        Invariant.I3,
                                        job.results.getFirst().completedAt(),
                                        "job="
                                                + job.jobId
                                                + " asked for a callback and has no webhook event"));
    }

    private Set<String> announced() {
        if (announced.isEmpty()) {
            topics.webhooks
                    .values()
                    .forEach(event -> announced.add(event.getJobId() + " " + event.getUrl()));
        }
        return announced;
    }

    private void nothingWasDropped() {
        for (String record : topics.committedIntake) {
            if (!topics.handled.contains(record)) {
                broken(
                        Invariant.I6,
                        "intake record "
                                + record
                                + " was committed but is neither a job nor a dead letter");
            }
        }
    }

    private void ledgerHoldsNothingElse() {
        long total = 0;
        for (Map.Entry<String, LedgerEvidence.UsageRow> row : ledger.usage.entrySet()) {
            total += row.getValue().micros();
            charged += counts(row.getKey()) ? row.getValue().micros() : 0;
            JobFacts job = topics.jobs.get(row.getKey());
            boolean resultKept = row.getValue().completedAt().isAfter(now.minus(RESULTS_KEPT));
            if (resultKept && (job == null || job.results.isEmpty())) {
                broken(Invariant.I2, "job=" + row.getKey() + " is charged but has no result");
            }
        }
        if (ledger.hourlyMicros != total || ledger.hourlyJobs != ledger.usage.size()) {
            broken(
                    Invariant.I2,
                    "ledger.usage_hourly holds "
                            + ledger.hourlyJobs
                            + " jobs and "
                            + ledger.hourlyMicros
                            + " micros, ledger.usage_event "
                            + ledger.usage.size()
                            + " and "
                            + total);
        }
    }

    /** Delivered, exhausted, pending. */
    private int[] webhooksEnd() {
        int[] counts = new int[3];
        topics.webhookFaults.forEach(fault -> broken(Invariant.I3, fault));
        topics.webhooks.forEach(
                (id, event) -> {
                    LedgerEvidence.Delivery delivery = ledger.deliveries.get(id);
                    if (delivery == null) {
                        counts[2] += counts(event.getJobId()) ? 1 : 0;
                        late(
                                Invariant.I3,
                                event.getCreatedAt(),
                                "webhook=" + id + " has no delivery record");
                        return;
                    }
                    if (delivery.attempts() != delivery.recordedAttempts()) {
                        broken(
                                Invariant.I3,
                                "webhook="
                                        + id
                                        + " counts "
                                        + delivery.attempts()
                                        + " attempts, "
                                        + delivery.recordedAttempts()
                                        + " are recorded");
                    }
                    int one = counts(event.getJobId()) ? 1 : 0;
                    switch (delivery.state()) {
                        case "delivered" -> counts[0] += one;
                        case "exhausted" -> counts[1] += one;
                        default -> {
                            counts[2] += one;
                            late(
                                    Invariant.I3,
                                    delivery.nextAttemptAt(),
                                    "webhook=" + id + " is " + delivery.state());
                        }
                    }
                });
        return counts;
    }

    private void late(Invariant invariant, Instant due, String what) {
        if (due.isBefore(now.minus(GRACE))) {
            broken(invariant, what);
        } else {
            pending.add(what);
        }
    }

    private boolean counts(String jobId) {
        return counted.isEmpty() || counted.contains(jobId);
    }

    private void broken(Invariant invariant, String what) {
        List<String> list = violations.computeIfAbsent(invariant, key -> new ArrayList<>());
        if (list.size() < LISTED) {
            list.add(what);
        }
    }
}
