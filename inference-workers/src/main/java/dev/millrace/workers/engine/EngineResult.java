package dev.millrace.workers.engine;

import dev.millrace.v1.ToolCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one attempt came to. Codes are short, stable words; details never hold content or secrets.
 */
public sealed interface EngineResult {

    /** What it cost. */
    Spent spent();

    /**
     * The model answered.
     *
     * @param finishReason stop, length, content_filter, tool_calls or other
     * @param model who answered, where the engine says
     * @param toolCalls that the model wants made
     * @param embeddings one for each text of a prompt that asks for them
     */
    record Completed(
            String text,
            String finishReason,
            Spent spent,
            Optional<String> model,
            List<ToolCall> toolCalls,
            List<List<Float>> embeddings)
            implements EngineResult {
        public Completed {
            toolCalls = List.copyOf(toolCalls);
            embeddings = List.copyOf(embeddings);
        }

        public Completed(String text, String finishReason, Spent spent, Optional<String> model) {
            this(text, finishReason, spent, model, List.of(), List.of());
        }

        public Completed(String text, String finishReason, Spent spent) {
            this(text, finishReason, spent, Optional.empty());
        }
    }

    /**
     * It will never work, however often it is tried.
     *
     * @param field what is wrong in the request, if it is the request
     * @param limit what would have been allowed
     */
    record Failed(
            String code, Optional<String> field, Optional<String> limit, String detail, Spent spent)
            implements EngineResult {
        public Failed(String code, String detail) {
            this(code, Optional.empty(), Optional.empty(), detail, Spent.NOTHING);
        }
    }

    /**
     * It may work later.
     *
     * @param retryAfter what the provider asked to wait
     */
    record Transient(String code, String detail, Optional<Duration> retryAfter, Spent spent)
            implements EngineResult {
        public Transient(String code, String detail) {
            this(code, detail, Optional.empty(), Spent.NOTHING);
        }
    }

    /** The engine could not be asked at all; it cost nothing, and another lane may do it. */
    record Unavailable(String code, String detail) implements EngineResult {
        @Override
        public Spent spent() {
            return Spent.NOTHING;
        }
    }

    /** The stop signal ended it. */
    record Stopped(Spent spent) implements EngineResult {}
}
