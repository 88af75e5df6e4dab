package dev.millrace.workers.llama;

/**
 * How well a model foresees a text.
 *
 * @param tokens of the text, without what the model puts before it
 * @param scoredTokens those that could be judged: all, but for the first where nothing comes before
 *     it
 * @param windows pieces in which the text was read
 * @param surpriseNats the negative natural logarithms of what the model gave each token, added up
 * @param modelMs milliseconds that the model worked
 */
public record TextScore(
        int tokens, int scoredTokens, int windows, double surpriseNats, long modelMs) {

    public TextScore {
        if (scoredTokens < 1 || tokens < scoredTokens || !Double.isFinite(surpriseNats)) {
            throw new IllegalArgumentException(
                    "tokens=" + tokens + " scored=" + scoredTokens + " nats=" + surpriseNats);
        }
    }

    /** Mean surprise of a token, in nats: what training calls the loss. */
    public double meanNats() {
        return surpriseNats / scoredTokens;
    }

    /** Among how many equally likely tokens the model chose, on average; 1 is certainty. */
    public double perplexity() {
        return Math.exp(meanNats());
    }
}
