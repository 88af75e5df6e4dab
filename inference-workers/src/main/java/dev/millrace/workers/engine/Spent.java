package dev.millrace.workers.engine;

/**
 * What an attempt has taken, however it ended.
 *
 * @param firstTokenMs milliseconds from the start of the model call to its first token; those of
 *     the whole call where the answer came in one piece
 * @param modelMs milliseconds of the model call
 */
public record Spent(TokenCounts tokens, long firstTokenMs, long modelMs) {
    public static final Spent NOTHING = new Spent(TokenCounts.NONE, 0, 0);

    public Spent {
        if (firstTokenMs < 0 || modelMs < 0) {
            throw new IllegalArgumentException("times are never negative");
        }
    }

    /** An answer that came in one piece. */
    public static Spent whole(TokenCounts tokens, long modelMs) {
        return new Spent(tokens, modelMs, modelMs);
    }
}
