package dev.millrace.workers.llama;

import java.util.List;
import java.util.OptionalInt;

/**
 * What one attempt asks of an engine. Values out of range are not errors here: the engine refuses
 * them with the field and the limit, so that a caller can pass on what a user wrote.
 *
 * @param id names the request for {@link LlamaEngineClient#cancel}; never used twice
 * @param maxTokens the most tokens to write; without it, as many as fit
 * @param temperature 0 takes the likeliest token each time
 * @param stop texts that end the answer, and are not part of it
 * @param seed decides the answer, together with the rest, when the temperature is above 0
 * @param format that the answer is held to
 */
public record EngineRequest(
        String id,
        List<EngineMessage> messages,
        OptionalInt maxTokens,
        double temperature,
        List<String> stop,
        long seed,
        ResponseFormat format) {

    public EngineRequest {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a request needs an id");
        }
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
    }

    /** An answer in plain text. */
    public EngineRequest(
            String id,
            List<EngineMessage> messages,
            OptionalInt maxTokens,
            double temperature,
            List<String> stop,
            long seed) {
        this(id, messages, maxTokens, temperature, stop, seed, new ResponseFormat.Text());
    }

    /** A single question, answered at temperature 0. */
    public static EngineRequest asking(String id, String question) {
        return new EngineRequest(
                id, List.of(EngineMessage.user(question)), OptionalInt.empty(), 0, List.of(), 0);
    }

    public EngineRequest withMaxTokens(int tokens) {
        return new EngineRequest(
                id, messages, OptionalInt.of(tokens), temperature, stop, seed, format);
    }

    public EngineRequest withFormat(ResponseFormat wanted) {
        return new EngineRequest(id, messages, maxTokens, temperature, stop, seed, wanted);
    }
}
