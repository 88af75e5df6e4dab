package dev.millrace.workers.engine;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * What runs a lane's model. {@link #run} blocks the calling thread, a virtual one, and may be
 * called by many at once; an engine that can only do one thing at a time lets the others wait.
 */
public interface Engine extends AutoCloseable {

    /**
     * Makes one attempt. Never throws for anything that a model, a prompt or a network can do: that
     * is in the result.
     *
     * @param pieces given the answer bit by bit where the prompt asks for a stream, on the calling
     *     thread; joined, the pieces are the text of a completed result
     * @param stop ends the attempt early: the result is then {@link EngineResult.Stopped}, soon
     */
    EngineResult run(Prompt prompt, Consumer<String> pieces, StopSignal stop);

    /** Whether it can take work; one that is not alive is closed and started anew. */
    default boolean isAlive() {
        return true;
    }

    /** Whether it lets calls through to what runs the model; the worst where that is several. */
    default BreakerState breaker() {
        return BreakerState.CLOSED;
    }

    /**
     * Why nothing can come of any attempt, though it is alive; empty where nothing is known. The
     * message names no secret.
     */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** Ends it; attempts that still run come back as failures. Closing twice does nothing. */
    @Override
    void close();
}
