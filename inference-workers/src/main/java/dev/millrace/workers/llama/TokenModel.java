package dev.millrace.workers.llama;

/**
 * A loaded model that continues one text. Not thread-safe, except that an evaluation can be stopped
 * from another thread through the condition that the model was loaded with.
 */
public interface TokenModel extends AutoCloseable {

    /** The most tokens that prompt and answer can have together. */
    int contextTokens();

    /**
     * The tokens of a text, with the model's own beginning.
     *
     * @param markup whether control tokens written out in the text count as such
     */
    int[] tokenize(String text, boolean markup);

    /**
     * Appends tokens to what the model has read.
     *
     * @return false if it was stopped on the way
     */
    boolean read(int... tokens);

    /**
     * Like {@link #read(int...)}, and tells the scores after each of the tokens.
     *
     * @return false if it was stopped on the way
     */
    boolean read(int[] tokens, ScoreReader reader);

    /** Hears what the model makes of each position. */
    @FunctionalInterface
    interface ScoreReader {

        /**
         * Hears of one position.
         *
         * @param index of the token that was read, from 0
         * @param scores of each token of the vocabulary as the next one
         */
        void after(int index, float[] scores);
    }

    /** The score of each token of the vocabulary as the next one, after {@link #read(int...)}. */
    float[] scores();

    /** The bytes of a token; they need not be whole characters. Control tokens have none. */
    byte[] bytes(int token);

    /** Whether a token ends the answer. */
    boolean isEnd(int token);

    /** Forgets all that was read. */
    void forget();

    @Override
    void close();
}
