package dev.millrace.workers.llama;

import java.util.Locale;

/** How a request to an engine ended. */
public sealed interface EngineReply {

    /** The model answered. */
    record Completed(String text, FinishReason finishReason, EngineUsage usage)
            implements EngineReply {}

    /** The answer to {@link LlamaEngineClient#score}. */
    record Scored(TextScore score) implements EngineReply {}

    /** It was told to stop before it was done; what it had written and used until then. */
    record Stopped(StopCause cause, String text, EngineUsage usage) implements EngineReply {}

    /**
     * The request cannot be run by this model, however often it is tried.
     *
     * @param code short and stable, such as {@code prompt_too_long}
     * @param field the field of the request that is wrong
     * @param limit what is allowed
     */
    record Refused(String code, String field, String limit, String detail) implements EngineReply {}

    /** The engine, not the request, is at fault; another attempt may succeed. */
    record Failed(Fault fault, String detail) implements EngineReply {}

    enum FinishReason {
        /** The answer is complete. */
        STOP,
        /** As many tokens as allowed were written. */
        LENGTH
    }

    enum StopCause {
        CANCELLED,
        TIMED_OUT
    }

    enum Fault {
        /** The process did not get ready. */
        ENGINE_NOT_STARTED,
        /** The process ended while it worked on the request. */
        ENGINE_DIED,
        /** The process ended because it may have no more memory. */
        ENGINE_OUT_OF_MEMORY,
        /** The process did not answer, and was killed. */
        ENGINE_STUCK,
        /** Another request held the engine for all of the time allowed. */
        ENGINE_BUSY,
        /** The model computed nonsense. */
        MODEL_BROKEN;

        /** As it stands in messages and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
