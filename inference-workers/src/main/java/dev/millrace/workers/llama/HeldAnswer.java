package dev.millrace.workers.llama;

import dev.millrace.workers.llama.format.FormProgress;
import java.util.OptionalInt;

/**
 * Holds an answer to a form: a token that does not fit is as if the model had given it no score.
 * The likeliest are tried first, since one of them mostly fits; only then all.
 */
final class HeldAnswer {

    private static final int TRIES = 32;

    private final TokenModel model;
    private FormProgress progress;

    HeldAnswer(TokenModel model, FormProgress start) {
        this.model = model;
        this.progress = start;
    }

    /** Whether the answer is complete, and nothing can be added to it. */
    boolean isComplete() {
        return progress.mustEnd();
    }

    /**
     * Chooses among the tokens that fit, and takes the choice as written.
     *
     * @param scores are changed
     * @return empty if no token of the model fits
     */
    OptionalInt choose(float[] scores, TokenChoice choice) {
        OptionalInt token = choice.from(scores);
        for (int i = 0; i < TRIES && token.isPresent() && !fits(token.getAsInt()); i++) {
            scores[token.getAsInt()] = Float.NEGATIVE_INFINITY;
            token = choice.from(scores);
        }
        if (token.isPresent() && !fits(token.getAsInt())) {
            for (int id = 0; id < scores.length; id++) {
                if (scores[id] != Float.NEGATIVE_INFINITY && !fits(id)) {
                    scores[id] = Float.NEGATIVE_INFINITY;
                }
            }
            token = choice.from(scores);
        }
        if (token.isPresent() && !model.isEnd(token.getAsInt())) {
            progress = progress.after(model.bytes(token.getAsInt()));
        }
        return token;
    }

    private boolean fits(int token) {
        if (model.isEnd(token)) {
            return progress.mayEnd();
        }
        byte[] bytes = model.bytes(token);
        return bytes.length > 0 && !progress.after(bytes).isDead();
    }
}
