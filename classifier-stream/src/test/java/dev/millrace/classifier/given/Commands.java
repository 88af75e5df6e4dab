package dev.millrace.classifier.given;

import dev.millrace.job.Messages;
import dev.millrace.v1.Callback;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Records of {@code millrace.jobs}, as the ingress writes them. */
public final class Commands {
    public static final Source HTTP = new Source(SourceKind.HTTP, 3, null, null, null);
    public static final Source INTAKE =
            new Source(SourceKind.INTAKE, 0, "millrace.intake.acme", 1, 42L);

    public static InferenceJob job() {
        return job(job -> job);
    }

    public static InferenceJob job(UnaryOperator<InferenceJob.Builder> with) {
        return with.apply(
                        InferenceJob.newBuilder()
                                .setTenant("acme")
                                .setModel("fast")
                                .setMessages(List.of(Messages.of("user", "Where is the mill?")))
                                .setReply("acme-answers")
                                .setCallback(new Callback("https://acme.example/hook"))
                                .setTags(List.of("night"))
                                .setConversation("talk-1")
                                .setMetadata(Map.of("order", "17")))
                .build();
    }

    public static JobCommand submission(String id, Source source, InferenceJob job, Instant at) {
        return command(id, source, at)
                .setBody(new Submission(job, Integer.toHexString(job.hashCode())))
                .build();
    }

    public static JobCommand refusal(String id, Instant at) {
        return command(id, INTAKE, at)
                .setBody(
                        Refusal.newBuilder()
                                .setError(
                                        new JobError(
                                                "invalid_temperature", "temperature", "0 to 2", ""))
                                .setReply("acme-answers")
                                .build())
                .build();
    }

    public static JobCommand cancellation(String id, Instant at) {
        return command(id, HTTP, at).setBody(new Cancellation("not needed")).build();
    }

    /** The same under a key, whose other uses are answered under {@code conflictId}. */
    public static JobCommand withConflictId(JobCommand command, String conflictId) {
        return JobCommand.newBuilder(command).setConflictId(conflictId).build();
    }

    private static JobCommand.Builder command(String id, Source source, Instant at) {
        return JobCommand.newBuilder()
                .setJobId(id)
                .setTenant("acme")
                .setReceivedAt(at)
                .setSource(source);
    }

    private Commands() {}
}
