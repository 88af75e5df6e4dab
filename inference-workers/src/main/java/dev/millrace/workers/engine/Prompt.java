package dev.millrace.workers.engine;

import dev.millrace.job.JobContent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.RoutedJob;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one attempt asks of an engine.
 *
 * @param id names the attempt: job and attempt number
 * @param maxTokens the most output tokens
 * @param temperature the engine's own where it is empty
 * @param stream whether pieces are wanted while the answer is written
 * @param extras what is asked beside an answer in plain text
 */
public record Prompt(
        String id,
        List<Message> messages,
        int maxTokens,
        Optional<Double> temperature,
        Optional<Double> topP,
        OptionalLong seed,
        List<String> stop,
        boolean stream,
        Extras extras) {
    public Prompt {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens=" + maxTokens + " must be at least 1");
        }
    }

    /** A question and nothing beside it. */
    public Prompt(
            String id,
            List<Message> messages,
            int maxTokens,
            Optional<Double> temperature,
            Optional<Double> topP,
            OptionalLong seed,
            List<String> stop,
            boolean stream) {
        this(id, messages, maxTokens, temperature, topP, seed, stop, stream, Extras.NONE);
    }

    /** Tokens that it will probably take to read. */
    public long inputTokens() {
        return JobContent.inputTokens(
                messages, extras.input(), extras.tools(), extras.responseFormat());
    }

    public static Prompt of(RoutedJob routed) {
        InferenceJob job = routed.getJob();
        return new Prompt(
                routed.getJobId() + "/" + routed.getAttempt(),
                job.getMessages(),
                routed.getMaxTokens(),
                job.getTemperature(),
                job.getTopP(),
                job.getSeed().map(OptionalLong::of).orElseGet(OptionalLong::empty),
                job.getStop(),
                job.getStream(),
                Extras.of(job));
    }
}
