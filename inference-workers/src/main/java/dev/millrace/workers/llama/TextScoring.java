package dev.millrace.workers.llama;

import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.Refused;
import dev.millrace.workers.llama.EngineReply.Scored;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineReply.Stopped;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Reads a text in windows and adds up how surprised the model is by each token. Each window begins
 * half a window before the first token that it judges, so that every token but those of the first
 * half window is foreseen from at least half a window of text; each is judged once.
 */
final class TextScoring {

    static final int LEAST_WINDOW = 16;

    private final TokenModel model;
    private final LongSupplier nanoTime;

    TextScoring(TokenModel model, LongSupplier nanoTime) {
        this.model = model;
        this.nanoTime = nanoTime;
    }

    /**
     * @param windowTokens 0 for as many as the model can read
     */
    EngineReply score(String text, int windowTokens, BooleanSupplier cancelled) {
        int most = model.contextTokens();
        int window = windowTokens == 0 ? most : windowTokens;
        if (window < LEAST_WINDOW || window > most) {
            return new Refused(
                    "window_out_of_range",
                    "window_tokens",
                    LEAST_WINDOW + " to " + most,
                    "window_tokens is " + window);
        }
        int[] beginning = model.tokenize("", false);
        int[] all = model.tokenize(text, false);
        int tokens = all.length - beginning.length;
        if (tokens < 1 || all.length < 2) {
            return new Refused("text_too_short", "text", "2 tokens", "it has " + tokens);
        }
        try {
            return new Run(all, beginning, window, cancelled).read();
        } finally {
            model.forget();
        }
    }

    /** Positions count all tokens of the text, the model's own beginning included. */
    private final class Run {
        private final int[] all;
        private final int[] beginning;
        private final int window;
        private final BooleanSupplier cancelled;
        private final long start = nanoTime.getAsLong();
        private double surprise;
        private int windows;

        Run(int[] all, int[] beginning, int window, BooleanSupplier cancelled) {
            this.all = all;
            this.beginning = beginning;
            this.window = window;
            this.cancelled = cancelled;
        }

        EngineReply read() {
            int first = Math.max(1, beginning.length);
            int judged = first;
            while (judged < all.length) {
                int from = judged == first ? beginning.length : judged - window / 2;
                int to = Math.min(all.length, from + window - beginning.length);
                model.forget();
                if (cancelled.getAsBoolean() || !judge(from, judged, to)) {
                    return new Stopped(StopCause.CANCELLED, "", EngineUsage.NONE);
                }
                windows++;
                judged = to;
            }
            int scored = all.length - first;
            if (!Double.isFinite(surprise)) {
                return new Failed(Fault.MODEL_BROKEN, "the scores of the model are not numbers");
            }
            long ms = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - start);
            return new Scored(
                    new TextScore(all.length - beginning.length, scored, windows, surprise, ms));
        }

        /** Reads from one position to another, and judges those that are new. */
        private boolean judge(int from, int judged, int to) {
            int[] read =
                    IntStream.concat(Arrays.stream(beginning), Arrays.stream(all, from, to - 1))
                            .toArray();
            // the one after which the first new one is foreseen
            int begin = beginning.length + judged - 1 - from;
            if (begin > 0 && !model.read(Arrays.copyOf(read, begin))) {
                return false;
            }
            int[] asked = Arrays.copyOfRange(read, begin, read.length);
            return model.read(
                    asked, (index, scores) -> surprise += nats(scores, all[judged + index]));
        }
    }

    /** The negative logarithm of the share that a token gets. */
    static double nats(float[] scores, int token) {
        float highest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp((double) score - highest);
        }
        return Math.log(sum) + highest - scores[token];
    }
}
