package dev.millrace.ingress;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.check.Checked;
import dev.millrace.ingress.check.Destinations;
import dev.millrace.ingress.check.JobChecks;
import dev.millrace.ingress.intake.TopicIds;
import dev.millrace.ingress.intake.Verdict;
import dev.millrace.ingress.intake.Verdict.Cause;
import dev.millrace.ingress.jobs.Coordinates;
import dev.millrace.ingress.jobs.JobCommands;
import dev.millrace.ingress.jobs.JobIds;
import dev.millrace.ingress.jobs.JobLog;
import dev.millrace.ingress.jobs.JobPage;
import dev.millrace.ingress.jobs.JobQuery;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.jobs.ReplayOf;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.ingress.jobs.StoredJobs;
import dev.millrace.ingress.reading.Reading;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.replies.Receipts;
import dev.millrace.ingress.waiting.Ending;
import dev.millrace.ingress.waiting.JobWait;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Submission;
import dev.millrace.v1.TokenChunk;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The trust boundary, read this first. Jobs come in by HTTP and by topic, and go on to admission
 * only after the same checks; who sends a job is never what the job says, but the API key's owner
 * or the topic's suffix. Answers go out to their owner only.
 */
public final class IngressFlow {
    private final Ports ports;
    private final JobIds ids;
    private final JobCommands commands;
    private final SchemaGate<InferenceJob> records;
    private final Duration receiptPatience;

    /** What the flow reaches outside the process. */
    public record Ports(
            Supplier<Catalog> catalog,
            JobLog jobs,
            Receipts receipts,
            StoredJobs stored,
            TopicIds topicIds,
            OpenWaits waits) {}

    /**
     * @param receiptPatience how long a caller waits for admission's receipt
     */
    public IngressFlow(
            Ports ports,
            JobIds ids,
            Clock clock,
            SchemaGate<InferenceJob> records,
            Duration receiptPatience) {
        this.ports = ports;
        this.ids = ids;
        this.commands = new JobCommands(ids, clock);
        this.records = records;
        this.receiptPatience = receiptPatience;
    }

    /** By HTTP: whoever holds the key is the tenant. */
    public Optional<Tenant> tenantOf(String keyHash) {
        return ports.catalog().get().tenantByKeyHash(keyHash);
    }

    /** By HTTP with a key that the tenant made: as long as the tenant is in the catalog. */
    public Optional<Tenant> tenantNamed(String name) {
        return ports.catalog().get().tenant(name);
    }

    /**
     * A caller's job is checked at the door, written to the jobs topic, and answered by admission's
     * receipt.
     */
    public Answer submit(Tenant tenant, InferenceJob job, TraceContext trace) {
        return switch (JobChecks.check(job, tenant, ports.catalog().get())) {
            case Checked.Refused refused -> new Answer.Refused(refused.error());
            case Checked.Accepted accepted -> admit(tenant, accepted.submission(), trace);
        };
    }

    private Answer admit(Tenant tenant, Submission submission, TraceContext trace) {
        String jobId = commands.name(tenant, submission);
        try (Receipts.Expected receipt = ports.receipts().expect(jobId)) {
            JobCommand command = commands.fromCaller(jobId, tenant, submission, receipt.source());
            return switch (ports.jobs().append(command, trace).join()) {
                case Sent.Never never -> new Answer.Refused(Answers.tooLargeForTopic());
                case Sent.NotNow notNow -> new Answer.Unreachable(notNow.perhapsWritten());
                case Sent.Acknowledged acknowledged ->
                        receipt.await(receiptPatience)
                                .map(word -> Answers.of(command, word, () -> view(tenant, jobId)))
                                .orElseGet(() -> Answers.queued(command));
            };
        }
    }

    /**
     * The same for a caller that stays until the job ends. Its wait begins before the job is
     * written, so that no answer can be too quick for it.
     *
     * @param pieces gets the pieces of the answer where the job streams; must not block
     */
    public Attended attend(
            Tenant tenant, InferenceJob job, TraceContext trace, Consumer<TokenChunk> pieces) {
        return switch (JobChecks.check(job, tenant, ports.catalog().get())) {
            case Checked.Refused refused ->
                    new Attended.Turned(new Answer.Refused(refused.error()));
            case Checked.Accepted accepted -> {
                Submission submission = accepted.submission();
                boolean ours = submission.getJob().getIdempotencyKey().isEmpty();
                String jobId = commands.name(tenant, submission);
                yield ports.waits()
                        .open(tenant.name(), jobId, ours, pieces)
                        .map(wait -> attend(wait, tenant, submission, trace))
                        .orElseGet(Attended.Full::new);
            }
        };
    }

    private Attended attend(
            JobWait wait, Tenant tenant, Submission submission, TraceContext trace) {
        Receipts.Expected receipt = ports.receipts().expect(wait.jobId());
        wait.ending().whenComplete((ending, never) -> receipt.close());
        receipt.whenHere(
                word -> {
                    wait.hear(word, Answers::refusal, ports.waits().now());
                    receipt.close();
                });
        JobCommand command =
                commands.fromCaller(wait.jobId(), tenant, submission, receipt.source());
        return switch (ports.jobs().append(command, trace).join()) {
            case Sent.Never never -> turned(wait, new Answer.Refused(Answers.tooLargeForTopic()));
            case Sent.NotNow notNow ->
                    turned(wait, new Answer.Unreachable(notNow.perhapsWritten()));
            case Sent.Acknowledged acknowledged -> {
                // a refusal that comes this soon is the whole answer
                boolean spoken = receipt.await(receiptPatience).isPresent();
                yield spoken
                                && wait.ending().getNow(new Ending.StillOpen())
                                        instanceof Ending.Turned turned
                        ? new Attended.Turned(turned.answer())
                        : new Attended.Waiting(wait);
            }
        };
    }

    /**
     * A caller follows a job that it sent before: empty where there is none of this id.
     *
     * @param pieces gets the pieces of the answer where the job streams; must not block
     * @throws StoredJobs.UnavailableException when the database cannot be asked
     */
    public Optional<Followed> follow(Tenant tenant, String jobId, Consumer<TokenChunk> pieces) {
        Optional<JobView> job = show(tenant, jobId);
        if (job.isEmpty()) {
            return Optional.empty();
        }
        Optional<JobWait> wait = ports.waits().open(tenant.name(), jobId, true, pieces);
        wait.ifPresent(
                open -> {
                    open.lookUpOften(ports.waits().now());
                    if (job.get().hasEnded()) {
                        open.ending().complete(new Ending.Result(job.get()));
                    }
                });
        return Optional.of(new Followed(job.get(), wait));
    }

    /**
     * A job that is followed.
     *
     * @param job as it stood a moment ago
     * @param open the wait for its end; empty where too many wait already
     */
    public record Followed(JobView job, Optional<JobWait> open) {}

    /**
     * A tenant's jobs, newest first.
     *
     * @throws StoredJobs.UnavailableException when the database cannot be asked
     */
    public JobPage list(Tenant tenant, JobQuery query) {
        return ports.stored().list(tenant.name(), query);
    }

    private static Attended turned(JobWait wait, Answer answer) {
        wait.leave();
        return new Attended.Turned(answer);
    }

    /**
     * A caller sees its own jobs: as the database has them, or queued where an id is good but no
     * row has come yet.
     */
    public Optional<JobView> show(Tenant tenant, String jobId) {
        return view(tenant, jobId)
                .or(
                        () ->
                                ids.issuedTo(tenant.name(), jobId)
                                        ? Optional.of(queued(jobId))
                                        : Optional.empty());
    }

    /**
     * A caller stops its own job, wherever it is. Asking again changes nothing, and a job that has
     * ended stays as it is.
     */
    public CancelAnswer cancel(Tenant tenant, String jobId, TraceContext trace) {
        Optional<JobView> job = show(tenant, jobId);
        if (job.isEmpty()) {
            return new CancelAnswer.Unknown();
        }
        if (job.get().hasEnded()) {
            return new CancelAnswer.Ended(job.get());
        }
        return switch (ports.jobs().append(commands.cancellation(jobId, tenant), trace).join()) {
            case Sent.Acknowledged acknowledged -> new CancelAnswer.Asked(job.get());
            case Sent.NotNow notNow -> new CancelAnswer.Unreachable();
            case Sent.Never never -> new CancelAnswer.Unreachable();
        };
    }

    private Optional<JobView> view(Tenant tenant, String jobId) {
        return JobIds.isWellFormed(jobId)
                ? ports.stored().find(tenant.name(), jobId)
                : Optional.empty();
    }

    private static JobView queued(String jobId) {
        return JobView.queued(jobId, JobIds.namedAt(jobId).orElse(null));
    }

    /**
     * By topic: the topic's tenant must be known, the bytes must be a job, and then it is checked
     * as any other.
     */
    public Verdict receive(ConsumerRecord<byte[], byte[]> record) {
        Optional<Tenant> tenant = ports.catalog().get().tenant(Topics.tenantOf(record.topic()));
        if (tenant.isEmpty()) {
            return new Verdict.Hold(Cause.UNKNOWN_TENANT);
        }
        return switch (records.read(record)) {
            case Reading.Value<InferenceJob>(InferenceJob job) -> name(tenant.get(), job, record);
            case Reading.Bad<InferenceJob>(String reason, int attempts) ->
                    new Verdict.Bury(reason, attempts);
            case Reading.Later<InferenceJob>(Reading.Why why) -> Verdict.hold(why);
        };
    }

    /**
     * A record's job is named after the letter that it replays, its key or its place, so that
     * reading it twice makes one job.
     */
    private Verdict name(Tenant tenant, InferenceJob job, ConsumerRecord<byte[], byte[]> record) {
        Optional<String> topicId = ports.topicIds().idOf(record.topic());
        if (topicId.isEmpty()) {
            return new Verdict.Hold(Cause.BROKER_DOWN);
        }
        Coordinates from =
                new Coordinates(
                        record.topic(),
                        topicId.get(),
                        record.partition(),
                        record.offset(),
                        ReplayOf.of(record.headers()));
        JobCommand command =
                switch (JobChecks.check(job, tenant, ports.catalog().get())) {
                    case Checked.Accepted accepted ->
                            commands.fromRecord(tenant, accepted.submission(), from);
                    case Checked.Refused refused ->
                            commands.refusal(tenant, job, refused.error(), from);
                };
        return new Verdict.Forward(command, TraceContext.of(record.headers()));
    }

    /** Out by topic: a result goes only to reply topics that are its tenant's own, also by now. */
    public boolean mayReceive(String tenant, String reply) {
        return ports.catalog()
                .get()
                .tenant(tenant)
                .filter(owner -> Destinations.owns(owner, reply))
                .isPresent();
    }
}
