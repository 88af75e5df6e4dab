package dev.millrace.trainer;

import dev.millrace.trainer.bpe.Tokenizer;
import java.util.stream.IntStream;

/**
 * A question with its answer as tokens.
 *
 * @param ids begin, prompt, answer, end
 * @param promptLength how many of them come before the answer
 */
record Lesson(int[] ids, int promptLength) {

    static Lesson of(Tokenizer tokenizer, String question, String answer) {
        int[] prompt = tokenizer.encode(Prompt.asking(question));
        int[] reply = tokenizer.encode(Prompt.answering(answer));
        int[] ids = new int[prompt.length + reply.length + 2];
        ids[0] = Tokenizer.BEGIN;
        System.arraycopy(prompt, 0, ids, 1, prompt.length);
        System.arraycopy(reply, 0, ids, 1 + prompt.length, reply.length);
        ids[ids.length - 1] = Tokenizer.END;
        return new Lesson(ids, 1 + prompt.length);
    }

    /** The positions whose next token belongs to the answer. */
    IntStream asked() {
        return IntStream.range(promptLength - 1, ids.length - 1);
    }
}
