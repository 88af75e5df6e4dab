package dev.millrace.trainer.model;

import static dev.millrace.trainer.grad.Operations.add;
import static dev.millrace.trainer.grad.Operations.gated;
import static dev.millrace.trainer.grad.Operations.multiply;
import static dev.millrace.trainer.grad.Operations.multiplyTransposed;
import static dev.millrace.trainer.grad.Operations.rmsNorm;
import static dev.millrace.trainer.grad.Operations.rows;

import dev.millrace.trainer.grad.Attention;
import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.grad.Segments;
import dev.millrace.trainer.grad.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A llama transformer whose output layer is its embedding table. */
public final class LlamaModel implements LanguageModel {

    private static final float EPSILON = 1e-5f;

    private final Shape shape;
    private final Parameters parameters;
    private final Matrix embedding;
    private final Matrix outputNorm;
    private final List<Block> blocks = new ArrayList<>();

    /**
     * Sizes: tokens, columns of the stream, blocks, attention heads, columns inside the
     * feed-forward.
     */
    public record Shape(int vocabulary, int width, int blocks, int heads, int feedForward) {

        public Shape {
            if (width % (2 * heads) != 0) {
                throw new IllegalArgumentException("width " + width + " for " + heads + " heads");
            }
        }
    }

    private record Block(
            Matrix attentionNorm,
            Matrix query,
            Matrix key,
            Matrix value,
            Matrix output,
            Matrix feedForwardNorm,
            Matrix gate,
            Matrix up,
            Matrix down) {}

    public LlamaModel(Shape shape, long seed) {
        this.shape = shape;
        this.parameters = new Parameters(seed);
        this.embedding =
                parameters.table("token_embd.weight", shape.vocabulary(), shape.width(), 0.08);
        this.outputNorm = parameters.ones("output_norm.weight", shape.width());
        for (int n = 0; n < shape.blocks(); n++) {
            blocks.add(block("blk." + n + "."));
        }
    }

    private Block block(String prefix) {
        int width = shape.width();
        int inside = shape.feedForward();
        double quiet = 1 / StrictMath.sqrt(2 * shape.blocks());
        return new Block(
                parameters.ones(prefix + "attn_norm.weight", width),
                parameters.weight(prefix + "attn_q.weight", width, width, 1),
                parameters.weight(prefix + "attn_k.weight", width, width, 1),
                parameters.weight(prefix + "attn_v.weight", width, width, 1),
                parameters.weight(prefix + "attn_output.weight", width, width, quiet),
                parameters.ones(prefix + "ffn_norm.weight", width),
                parameters.weight(prefix + "ffn_gate.weight", width, inside, 1),
                parameters.weight(prefix + "ffn_up.weight", width, inside, 1),
                parameters.weight(prefix + "ffn_down.weight", inside, width, quiet));
    }

    @Override
    public Matrix logits(Tape tape, int[] ids, Segments segments, int[] asked) {
        Matrix stream = rows(tape, embedding, ids);
        for (Block block : blocks) {
            stream = add(tape, stream, attention(tape, block, stream, segments));
            stream = add(tape, stream, feedForward(tape, block, stream));
        }
        Matrix answers = rmsNorm(tape, rows(tape, stream, asked), outputNorm, EPSILON);
        return multiplyTransposed(tape, answers, embedding);
    }

    private Matrix attention(Tape tape, Block block, Matrix stream, Segments segments) {
        Matrix x = rmsNorm(tape, stream, block.attentionNorm(), EPSILON);
        Matrix query =
                Attention.rotate(tape, multiply(tape, x, block.query()), shape.heads(), segments);
        Matrix key =
                Attention.rotate(tape, multiply(tape, x, block.key()), shape.heads(), segments);
        Matrix value = multiply(tape, x, block.value());
        Matrix seen = Attention.causal(tape, query, key, value, shape.heads(), segments);
        return multiply(tape, seen, block.output());
    }

    private Matrix feedForward(Tape tape, Block block, Matrix stream) {
        Matrix x = rmsNorm(tape, stream, block.feedForwardNorm(), EPSILON);
        Matrix inside = gated(tape, multiply(tape, x, block.gate()), multiply(tape, x, block.up()));
        return multiply(tape, inside, block.down());
    }

    @Override
    public String architecture() {
        return "llama";
    }

    @Override
    public List<Parameter> parameters() {
        return parameters.all();
    }

    @Override
    public Map<String, Object> shape() {
        return Map.of(
                "embedding_length", shape.width(),
                "block_count", shape.blocks(),
                "feed_forward_length", shape.feedForward(),
                "attention.head_count", shape.heads(),
                "attention.layer_norm_rms_epsilon", EPSILON,
                "rope.dimension_count", shape.width() / shape.heads());
    }
}
