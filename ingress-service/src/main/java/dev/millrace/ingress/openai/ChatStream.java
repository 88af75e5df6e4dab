package dev.millrace.ingress.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.ingress.Answer;
import dev.millrace.ingress.http.EventOutlet;
import dev.millrace.ingress.jobs.JobView;
import dev.millrace.ingress.waiting.Ending;
import dev.millrace.v1.JobError;
import dev.millrace.v1.TokenChunk;
import io.micronaut.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * One streamed completion: pieces as they come, the rest of the text from the job's result, then
 * {@code [DONE]}. Whatever goes wrong is the last event, an error. Safe for any number of threads.
 */
final class ChatStream {
    private static final JobError TORN =
            new JobError(
                    "stream_interrupted",
                    null,
                    null,
                    "the answer began anew after a part of it was sent: the whole result will be at"
                            + " /v1/jobs/");

    private final EventOutlet outlet;
    private final boolean includeUsage;
    private final Runnable over;
    private final StreamedText text = new StreamedText();
    private final Head head;
    private boolean begun;
    private boolean ended;

    /**
     * What every chunk says.
     *
     * @param created seconds since 1970
     */
    record Head(long created, String model) {}

    /**
     * @param over called when nothing more will be sent, also before the job's end
     */
    ChatStream(EventOutlet outlet, Head head, boolean includeUsage, Runnable over) {
        this.outlet = outlet;
        this.over = over;
        this.head = head;
        this.includeUsage = includeUsage;
    }

    /** The first chunk, so that the caller knows at once that it is heard. */
    synchronized void begin(String jobId) {
        if (!begun) {
            begun = true;
            delta(jobId, Completions.role(), null);
        }
    }

    synchronized void piece(TokenChunk chunk) {
        if (!ended) {
            begin(chunk.getJobId());
            send(chunk.getJobId(), text.piece(chunk));
        }
    }

    /** How the wait came out; nothing is sent after it. */
    synchronized void end(String jobId, Ending ending) {
        if (ended) {
            return;
        }
        begin(jobId);
        switch (ending) {
            case Ending.Result(JobView job) when job.status().equals("succeeded") -> finish(job);
            case Ending.Result(JobView job) ->
                    fail(ApiErrors.statusOf(job), ApiErrors.errorOf(job));
            case Ending.Turned(Answer answer) -> {
                Refusals.Refusal refusal = Refusals.of(answer);
                fail(refusal.status(), refusal.error());
            }
            case Ending.StillOpen open ->
                    fail(HttpStatus.GATEWAY_TIMEOUT, ApiErrors.stillOpenError(jobId));
        }
    }

    private void finish(JobView job) {
        send(job.id(), text.rest(Completions.output(job)));
        if (ended) {
            return;
        }
        if (job.toolCalls() != null && !job.toolCalls().isEmpty()) {
            delta(job.id(), Completions.toolCalls(job), null);
        }
        delta(job.id(), Completions.nothing(), Completions.finishReason(job));
        if (includeUsage) {
            ObjectNode usage = Completions.chunk(job.id(), head.created(), head.model());
            usage.set("usage", Completions.usage(job.usage()));
            outlet.data(usage.toString());
        }
        outlet.data("[DONE]");
        close();
    }

    private void send(String jobId, StreamedText.Step step) {
        switch (step) {
            case StreamedText.Step.Send(String piece) ->
                    delta(jobId, Completions.text(piece), null);
            case StreamedText.Step.Nothing nothing -> {}
            case StreamedText.Step.Torn torn ->
                    fail(
                            HttpStatus.INTERNAL_SERVER_ERROR,
                            new JobError(TORN.getCode(), null, null, TORN.getDetail() + jobId));
        }
    }

    private void delta(String jobId, ObjectNode delta, @Nullable String reason) {
        ObjectNode chunk = Completions.chunk(jobId, head.created(), head.model(), delta, reason);
        if (includeUsage) {
            chunk.putNull("usage");
        }
        outlet.data(chunk.toString());
    }

    private void fail(HttpStatus status, JobError error) {
        outlet.data(ApiErrors.body(status, error).toString());
        close();
    }

    private void close() {
        ended = true;
        outlet.close();
        over.run();
    }
}
