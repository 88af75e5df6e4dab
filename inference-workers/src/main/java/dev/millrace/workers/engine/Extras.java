package dev.millrace.workers.engine;

import dev.millrace.job.JobContent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import java.util.List;
import java.util.Optional;

/**
 * What a prompt asks beside an answer in plain text.
 *
 * @param toolChoice auto, none, required or the name of a tool; the provider's own where it is
 *     empty
 * @param input texts to embed; where there are any, nothing else is asked
 * @param dimensions of the embeddings; the model's own where it is empty
 */
public record Extras(
        List<Tool> tools,
        Optional<String> toolChoice,
        Optional<ResponseFormat> responseFormat,
        List<String> input,
        Optional<Integer> dimensions) {
    public static final Extras NONE =
            new Extras(List.of(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    public Extras {
        tools = List.copyOf(tools);
        input = List.copyOf(input);
    }

    static Extras of(InferenceJob job) {
        return new Extras(
                JobContent.tools(job),
                job.getToolChoice(),
                job.getResponseFormat(),
                job.getInput(),
                job.getDimensions());
    }

    /** Whether the answer has to have a form of its own. */
    public boolean wantsJson() {
        return responseFormat.filter(format -> !format.getType().equals("text")).isPresent();
    }

    public boolean isEmbedding() {
        return !input.isEmpty();
    }
}
