package dev.millrace.trainer.model;

import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.grad.Segments;
import dev.millrace.trainer.grad.Tape;
import java.util.List;
import java.util.Map;

/** A model that predicts the next token, and that llama.cpp can run from a file. */
public sealed interface LanguageModel permits LlamaModel, MambaModel {

    /** llama.cpp's name of the architecture. */
    String architecture();

    /**
     * The scores of every token of the vocabulary as the next one.
     *
     * @param ids the tokens of all segments, one after the other
     * @param asked the positions to answer for, so that no time goes into the others
     * @return one row for each position asked
     */
    Matrix logits(Tape tape, int[] ids, Segments segments, int[] asked);

    /** What is learnt, in the order in which it is written. */
    List<Parameter> parameters();

    /** The shape of the model as GGUF keys, without the architecture's prefix. */
    Map<String, Object> shape();

    default long parameterCount() {
        return parameters().stream().mapToLong(p -> p.matrix().size()).sum();
    }
}
