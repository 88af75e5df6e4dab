package dev.millrace.trainer.model;

import static dev.millrace.trainer.grad.Operations.add;
import static dev.millrace.trainer.grad.Operations.addRow;
import static dev.millrace.trainer.grad.Operations.columns;
import static dev.millrace.trainer.grad.Operations.gated;
import static dev.millrace.trainer.grad.Operations.multiply;
import static dev.millrace.trainer.grad.Operations.multiplyTransposed;
import static dev.millrace.trainer.grad.Operations.rmsNorm;
import static dev.millrace.trainer.grad.Operations.rows;
import static dev.millrace.trainer.grad.Operations.silu;

import dev.millrace.trainer.grad.Matrix;
import dev.millrace.trainer.grad.Segments;
import dev.millrace.trainer.grad.StateSpace;
import dev.millrace.trainer.grad.Tape;
import dev.millrace.trainer.model.Parameter.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Mamba model (the first version) whose output layer is its embedding table. */
public final class MambaModel implements LanguageModel {

    private static final float EPSILON = 1e-5f;
    private static final int KERNEL = 4;

    private final Shape shape;
    private final Parameters parameters;
    private final Matrix embedding;
    private final Matrix outputNorm;
    private final List<Block> blocks = new ArrayList<>();

    /** Sizes: tokens, columns of the stream, blocks, hidden states of each inner column. */
    public record Shape(int vocabulary, int width, int blocks, int states) {

        /** llama.cpp knows no other expansion than two. */
        int inner() {
            return 2 * width;
        }

        int stepRank() {
            return Math.max(1, width / 16);
        }
    }

    private record Block(
            Matrix norm,
            Matrix in,
            Matrix kernel,
            Matrix kernelBias,
            Matrix select,
            Matrix step,
            Matrix stepBias,
            Matrix logDecay,
            Matrix skip,
            Matrix out) {}

    public MambaModel(Shape shape, long seed) {
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
        int inner = shape.inner();
        int rank = shape.stepRank();
        double quiet = 1 / StrictMath.sqrt(shape.blocks());
        return new Block(
                parameters.ones(prefix + "attn_norm.weight", shape.width()),
                parameters.weight(prefix + "ssm_in.weight", shape.width(), 2 * inner, 1),
                parameters.exact(prefix + "ssm_conv1d.weight", inner, KERNEL, 0.5),
                parameters.exact(prefix + "ssm_conv1d.bias", 1, inner, 0.1),
                parameters.weight(prefix + "ssm_x.weight", inner, rank + 2 * shape.states(), 1),
                parameters.weight(prefix + "ssm_dt.weight", rank, inner, 1),
                parameters.add(prefix + "ssm_dt.bias", stepBias(), Storage.EXACT),
                parameters.add(prefix + "ssm_a", logDecay(), Storage.DECAY),
                parameters.ones(prefix + "ssm_d", inner),
                parameters.weight(prefix + "ssm_out.weight", inner, shape.width(), quiet));
    }

    /** Steps start between 0.001 and 0.1, evenly on a logarithmic scale. */
    private Matrix stepBias() {
        Matrix bias = new Matrix(1, shape.inner());
        for (int j = 0; j < bias.columns; j++) {
            double step =
                    StrictMath.exp(parameters.between(StrictMath.log(0.001), StrictMath.log(0.1)));
            bias.value[0][j] = (float) StrictMath.log(StrictMath.expm1(step));
        }
        return bias;
    }

    /** The states of a column start by forgetting at rates 1, 2, 3 and so on. */
    private Matrix logDecay() {
        Matrix decay = new Matrix(shape.inner(), shape.states());
        for (float[] row : decay.value) {
            for (int s = 0; s < row.length; s++) {
                row[s] = (float) StrictMath.log(s + 1);
            }
        }
        return decay;
    }

    @Override
    public Matrix logits(Tape tape, int[] ids, Segments segments, int[] asked) {
        Matrix stream = rows(tape, embedding, ids);
        for (Block block : blocks) {
            stream = add(tape, stream, mixed(tape, block, stream, segments));
        }
        Matrix answers = rmsNorm(tape, rows(tape, stream, asked), outputNorm, EPSILON);
        return multiplyTransposed(tape, answers, embedding);
    }

    private Matrix mixed(Tape tape, Block block, Matrix stream, Segments segments) {
        int inner = shape.inner();
        int rank = shape.stepRank();
        int states = shape.states();
        Matrix both = multiply(tape, rmsNorm(tape, stream, block.norm(), EPSILON), block.in());
        Matrix x = columns(tape, both, 0, inner);
        Matrix gate = columns(tape, both, inner, 2 * inner);
        x = silu(tape, StateSpace.convolve(tape, x, block.kernel(), block.kernelBias(), segments));

        Matrix selected = multiply(tape, x, block.select());
        Matrix delta = multiply(tape, columns(tape, selected, 0, rank), block.step());
        delta = addRow(tape, delta, block.stepBias());
        Matrix b = columns(tape, selected, rank, rank + states);
        Matrix c = columns(tape, selected, rank + states, rank + 2 * states);
        Matrix y = StateSpace.scan(tape, x, delta, b, c, block.logDecay(), block.skip(), segments);
        return multiply(tape, gated(tape, gate, y), block.out());
    }

    @Override
    public String architecture() {
        return "mamba";
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
                "feed_forward_length", 0,
                "attention.head_count", 0,
                "attention.layer_norm_rms_epsilon", EPSILON,
                "ssm.conv_kernel", KERNEL,
                "ssm.inner_size", shape.inner(),
                "ssm.state_size", shape.states(),
                "ssm.time_step_rank", shape.stepRank());
    }
}
