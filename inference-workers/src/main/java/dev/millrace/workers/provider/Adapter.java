package dev.millrace.workers.provider;

import dev.millrace.workers.engine.Prompt;

/**
 * One server that speaks one wire format. Calls block the calling thread, a virtual one, and many
 * threads call at once.
 */
public interface Adapter {

    /**
     * Asks for an answer. What the server or the network does wrong is thrown, or told to the
     * answer; that a stream ended early is not: an answer that was never completed was cut.
     *
     * @throws UnsupportedException for what the wire format cannot say
     */
    void chat(Prompt prompt, Answer answer);

    /**
     * Makes a vector of each text of the prompt's input.
     *
     * @throws UnsupportedException where the provider has no embeddings
     */
    default Vectors embed(Prompt prompt) {
        throw new UnsupportedException("kind", "the provider has no embeddings");
    }
}
