package dev.millrace.classifier;

import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.job.Head;
import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.Step;
import dev.millrace.classifier.job.Terminal;
import dev.millrace.job.Answers;
import dev.millrace.job.Usages;
import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How a job ends, once: its result, what tells of it, and the state that remembers it. */
public final class Ending {
    /** A result of 4 MiB less what stands around its output. */
    public static final int MAX_OUTPUT_BYTES = 4 * 1024 * 1024 - 256 * 1024;

    /** The code of an expired job's error, and of an attempt that ran into the deadline. */
    public static final String DEADLINE_EXCEEDED = "deadline_exceeded";

    private final WebhookPayload payload;

    public Ending(WebhookPayload payload) {
        this.payload = payload;
    }

    /** Ends an open job. */
    public Step close(JobId id, Job.Open open, Terminal terminal, Instant now) {
        Terminal fitting = fitting(terminal);
        InferenceResult result =
                result(id, open.head(), Optional.of(open.decision()), fitting, now)
                        .setAttempts(open.attempt().made())
                        .build();
        Job.Closed closed =
                new Job.Closed(
                        open.fingerprint(),
                        fitting.status(),
                        open.acceptedAt(),
                        now,
                        open.attempt().made());
        List<Emission> emissions = tell(open.head(), result, now);
        if (stopsAnAttempt(open, fitting.status())) {
            emissions.add(stop(id, fitting.status(), now));
        }
        return Step.of(new Step.Change(id, open, closed, Optional.empty()), emissions);
    }

    /**
     * Ends what never ran: a refused record, or a job that nothing can take.
     *
     * @param fingerprint empty where nothing was accepted
     */
    public Step reject(
            JobId id,
            Head head,
            String fingerprint,
            JobError error,
            Optional<Decision> decision,
            Instant now) {
        return end(id, head, fingerprint, ResultStatus.REJECTED, error, decision, now);
    }

    /** Ends a job that came in after its deadline. */
    public Step expire(JobId id, Head head, String fingerprint, Instant now) {
        return end(
                id,
                head,
                fingerprint,
                ResultStatus.EXPIRED,
                deadlinePassed(head),
                Optional.empty(),
                now);
    }

    /** What an expired job's result says. */
    public static JobError deadlinePassed(Head head) {
        return JobErrors.of(
                DEADLINE_EXCEEDED,
                "deadline_ms",
                head.deadlineAt().toString(),
                "the job had no result at its deadline");
    }

    /** The word to every worker that the job is over. */
    static Emission stop(JobId id, ResultStatus status, Instant now) {
        return new Emission.ToControl(new ControlEvent(id.id(), id.tenant(), word(status), now));
    }

    private Step end(
            JobId id,
            Head head,
            String fingerprint,
            ResultStatus status,
            JobError error,
            Optional<Decision> decision,
            Instant now) {
        InferenceResult result =
                result(id, head, decision, Terminal.without(status, error), now).build();
        Job.Closed closed = new Job.Closed(fingerprint, status, head.acceptedAt(), now, 0);
        return Step.of(
                new Step.Change(id, null, closed, Optional.empty()), tell(head, result, now));
    }

    private List<Emission> tell(Head head, InferenceResult result, Instant now) {
        List<Emission> emissions = new ArrayList<>();
        emissions.add(new Emission.ToResults(result));
        if (head.fromHttp()) {
            emissions.add(
                    new Emission.ToIngress(
                            new IngressReply(result.getJobId(), result.getTenant(), result)));
        }
        for (String url : head.callbacks()) {
            emissions.add(new Emission.ToWebhooks(payload.event(result, url, now)));
        }
        return emissions;
    }

    /** A cancellation has told the attempt to stop already. */
    private static boolean stopsAnAttempt(Job.Open open, ResultStatus status) {
        return open.cancelling().isEmpty()
                && (status == ResultStatus.EXPIRED || status == ResultStatus.CANCELLED);
    }

    /** An answer that no result could carry is a failure that says so. */
    private static Terminal fitting(Terminal terminal) {
        long bytes = terminal.answer().map(Answers::bytes).orElse(0L);
        if (bytes <= MAX_OUTPUT_BYTES) {
            return terminal;
        }
        JobError error =
                JobErrors.of(
                        "output_too_large",
                        "output",
                        MAX_OUTPUT_BYTES + " bytes",
                        "the answer has " + bytes + " bytes");
        return Terminal.failed(error, terminal.outcome().orElseThrow());
    }

    private static InferenceResult.Builder result(
            JobId id, Head head, Optional<Decision> decision, Terminal terminal, Instant now) {
        InferenceResult.Builder result =
                InferenceResult.newBuilder()
                        .setJobId(id.id())
                        .setTenant(id.tenant())
                        .setStatus(terminal.status())
                        .setError(terminal.error().orElse(null))
                        .setUsage(
                                terminal.outcome()
                                        .map(Outcome::getUsage)
                                        .orElseGet(() -> Usages.of(0L, 0L, 0L, 0L, false)))
                        .setDecision(decision.orElse(null))
                        .setAcceptedAt(head.acceptedAt())
                        .setCompletedAt(now)
                        .setReplies(head.replies())
                        .setTags(head.tags())
                        .setConversation(head.conversation().orElse(null))
                        .setMetadata(head.metadata())
                        .setSource(head.source());
        if (terminal.status() != ResultStatus.REJECTED) {
            result.setDeadlineAt(head.deadlineAt());
        }
        terminal.answer()
                .ifPresent(
                        answer ->
                                result.setOutput(answer.getOutput())
                                        .setFinishReason(answer.getFinishReason())
                                        .setToolCalls(answer.getToolCalls().orElse(null))
                                        .setEmbeddings(answer.getEmbeddings()));
        terminal.outcome().ifPresent(outcome -> attempt(result, outcome));
        return result;
    }

    private static void attempt(InferenceResult.Builder result, Outcome outcome) {
        result.setLane(outcome.getLane())
                .setModel(outcome.getModel())
                .setQueueMs(outcome.getTiming().getQueueMs())
                .setFirstTokenMs(outcome.getTiming().getFirstTokenMs())
                .setModelMs(outcome.getTiming().getModelMs());
    }

    static String word(ResultStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
