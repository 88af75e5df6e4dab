package dev.millrace.workers.llama.protocol;

import dev.millrace.workers.llama.EngineRequest;

/** What a worker tells an engine. */
public sealed interface Command {

    /** Something to be done; one at a time, and each ends with {@link Event.Done}. */
    sealed interface Work extends Command {

        /** Names it for {@link Cancel}. */
        String id();
    }

    /** Answer this. */
    record Generate(EngineRequest request) implements Work {
        @Override
        public String id() {
            return request.id();
        }
    }

    /**
     * Tell how well the model foresees a text.
     *
     * @param windowTokens the most tokens that it reads at once; 0 for as many as it can
     */
    record Score(String id, String text, int windowTokens) implements Work {}

    /** Stop the work of this id, which may be over or yet to come. */
    record Cancel(String id) implements Command {}
}
