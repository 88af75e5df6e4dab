package dev.millrace.ingress.jobs;

import dev.millrace.catalog.Tenant;
import dev.millrace.ingress.check.Attachments;
import dev.millrace.ingress.check.Destinations;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names jobs and writes the commands that carry them to admission. */
public final class JobCommands {
    private final JobIds ids;
    private final Clock clock;

    public JobCommands(JobIds ids, Clock clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** A caller's job has the name of its idempotency key, or a new one. */
    public String name(Tenant tenant, Submission submission) {
        return submission
                .getJob()
                .getIdempotencyKey()
                .map(key -> ids.fromKey(tenant.name(), key))
                .orElseGet(() -> ids.fresh(tenant.name()));
    }

    /** A caller's job goes with its return address, {@code source}. */
    public JobCommand fromCaller(
            String jobId, Tenant tenant, Submission submission, Source source) {
        return command(jobId, tenant, source, submission, null);
    }

    /**
     * A record's job has the name of the letter that it replays, or of its idempotency key, or of
     * its coordinates. Where another body has taken that name, the record is rejected under its
     * coordinates' name.
     */
    public JobCommand fromRecord(Tenant tenant, Submission submission, Coordinates from) {
        String own = own(tenant, from);
        if (from.replayOf().isPresent()) {
            // not its key: the job that ended as a letter has that name
            String replay = ids.fromLetter(tenant.name(), from.replayOf().get().letter());
            return command(replay, tenant, source(from), submission, own);
        }
        return submission
                .getJob()
                .getIdempotencyKey()
                .map(
                        key ->
                                command(
                                        ids.fromKey(tenant.name(), key),
                                        tenant,
                                        source(from),
                                        submission,
                                        own))
                .orElseGet(() -> command(own, tenant, source(from), submission, null));
    }

    /**
     * A record that was read but not accepted ends as one rejected result. It has its coordinates'
     * name even where it carries a key, so that the key stays free for the corrected job. Nothing
     * of it goes to a topic that is not the tenant's.
     */
    public JobCommand refusal(Tenant tenant, InferenceJob job, JobError error, Coordinates from) {
        Map<String, String> metadata =
                Attachments.isEchoable(job.getMetadata()) ? job.getMetadata() : Map.of();
        String reply = job.getReply().filter(name -> Destinations.owns(tenant, name)).orElse(null);
        return command(
                own(tenant, from), tenant, source(from), new Refusal(error, reply, metadata), null);
    }

    /** A caller wants no more of a job. */
    public JobCommand cancellation(String jobId, Tenant tenant) {
        Source caller = Source.newBuilder().setKind(SourceKind.HTTP).build();
        return command(jobId, tenant, caller, new Cancellation("asked for by the caller"), null);
    }

    private String own(Tenant tenant, Coordinates from) {
        return ids.fromCoordinates(tenant.name(), from.topicId(), from.partition(), from.offset());
    }

    private JobCommand command(
            String jobId, Tenant tenant, Source source, Object body, @Nullable String conflictId) {
        return JobCommand.newBuilder()
                .setJobId(jobId)
                .setTenant(tenant.name())
                .setReceivedAt(clock.instant())
                .setSource(source)
                .setBody(body)
                .setConflictId(conflictId)
                .build();
    }

    private static Source source(Coordinates from) {
        return Source.newBuilder()
                .setKind(from.replayOf().isPresent() ? SourceKind.REPLAY : SourceKind.INTAKE)
                .setTopic(from.topic())
                .setPartition(from.partition())
                .setOffset(from.offset())
                .build();
    }
}
