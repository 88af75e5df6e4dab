package dev.millrace.workers.llama.gguf;

import static dev.millrace.workers.llama.gguf.ExpectedTensor.exact;
import static dev.millrace.workers.llama.gguf.ExpectedTensor.weight;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The architectures that are let through, and the tensors that each needs. */
enum Architecture {
    LLAMA {
        @Override
        List<ExpectedTensor> tensors(Keys keys, Vocabulary vocabulary) throws InvalidGgufException {
            Size size = Size.of(keys, "llama", vocabulary);
            int heads = keys.number("llama.attention.head_count", 1, MOST_WIDTH);
            int groups =
                    keys.optionalNumber("llama.attention.head_count_kv", 1, heads).orElse(heads);
            int inside = keys.number("llama.feed_forward_length", 1, MOST_WIDTH);
            if (size.width() % heads != 0 || size.width() / heads % 2 != 0 || heads % groups != 0) {
                throw Keys.wrong(
                        "llama.attention.head_count",
                        heads + " heads in " + groups + " groups do not divide " + size.width());
            }
            checkPositions(keys, size.width() / heads);
            long keyWidth = (long) size.width() / heads * groups;
            List<ExpectedTensor> expected = new ArrayList<>(size.frame());
            expected.add(exact("rope_freqs.weight", size.width() / heads / 2).optional());
            for (int n = 0; n < size.blocks(); n++) {
                addBlock(expected, "blk." + n + ".", size.width(), keyWidth, inside);
            }
            return expected;
        }

        private void checkPositions(Keys keys, int headSize) throws InvalidGgufException {
            keys.optionalNumber("llama.rope.dimension_count", headSize, headSize);
            keys.optionalNumber("llama.attention.key_length", headSize, headSize);
            keys.optionalNumber("llama.attention.value_length", headSize, headSize);
            keys.optionalNumber("llama.expert_count", 0, 0);
            keys.optionalNumber("llama.expert_used_count", 0, 0);
            keys.optionalPositive("llama.rope.freq_base");
            String scaling = keys.optionalText("llama.rope.scaling.type").orElse("none");
            if (!SCALINGS.contains(scaling)) {
                throw Keys.wrong("llama.rope.scaling.type", "is " + scaling + ", not " + SCALINGS);
            }
        }

        private void addBlock(
                List<ExpectedTensor> expected, String blk, long width, long keyWidth, long inside) {
            expected.add(exact(blk + "attn_norm.weight", width));
            expected.add(weight(blk + "attn_q.weight", width, width));
            expected.add(weight(blk + "attn_k.weight", width, keyWidth));
            expected.add(weight(blk + "attn_v.weight", width, keyWidth));
            expected.add(weight(blk + "attn_output.weight", width, width));
            expected.add(exact(blk + "ffn_norm.weight", width));
            expected.add(weight(blk + "ffn_gate.weight", width, inside));
            expected.add(weight(blk + "ffn_up.weight", width, inside));
            expected.add(weight(blk + "ffn_down.weight", inside, width));
            expected.add(exact(blk + "attn_q.bias", width).optional());
            expected.add(exact(blk + "attn_k.bias", keyWidth).optional());
            expected.add(exact(blk + "attn_v.bias", keyWidth).optional());
            expected.add(exact(blk + "attn_output.bias", width).optional());
            expected.add(exact(blk + "ffn_gate.bias", inside).optional());
            expected.add(exact(blk + "ffn_up.bias", inside).optional());
            expected.add(exact(blk + "ffn_down.bias", width).optional());
        }
    },

    MAMBA {
        @Override
        List<ExpectedTensor> tensors(Keys keys, Vocabulary vocabulary) throws InvalidGgufException {
            Size size = Size.of(keys, "mamba", vocabulary);
            int kernel = keys.number("mamba.ssm.conv_kernel", 2, 64);
            int inner = keys.number("mamba.ssm.inner_size", 1, MOST_WIDTH);
            int states = keys.number("mamba.ssm.state_size", 1, 4096);
            int rank = keys.number("mamba.ssm.time_step_rank", 1, MOST_WIDTH);
            keys.optionalFlag("mamba.ssm.dt_b_c_rms");
            keys.optionalNumber("mamba.attention.head_count", 0, 0);
            keys.optionalNumber("mamba.expert_count", 0, 0);
            if (inner != 2 * size.width()) {
                throw Keys.wrong(
                        "mamba.ssm.inner_size",
                        "is " + inner + ", must be twice the width of " + size.width());
            }
            List<ExpectedTensor> expected = new ArrayList<>(size.frame());
            for (int n = 0; n < size.blocks(); n++) {
                String blk = "blk." + n + ".";
                expected.add(exact(blk + "attn_norm.weight", size.width()));
                expected.add(weight(blk + "ssm_in.weight", size.width(), 2L * inner));
                expected.add(exact(blk + "ssm_conv1d.weight", kernel, inner));
                expected.add(exact(blk + "ssm_conv1d.bias", inner));
                expected.add(weight(blk + "ssm_x.weight", inner, rank + 2L * states));
                expected.add(weight(blk + "ssm_dt.weight", rank, inner));
                expected.add(exact(blk + "ssm_dt.bias", inner));
                expected.add(exact(blk + "ssm_a", states, inner));
                expected.add(exact(blk + "ssm_d", inner));
                expected.add(weight(blk + "ssm_out.weight", inner, size.width()));
            }
            return expected;
        }
    };

    static final int MOST_WIDTH = 1 << 17;

    private static final Set<String> SCALINGS = Set.of("none", "linear", "yarn");

    /** Every tensor that may be there, from the shape that the keys give. */
    abstract List<ExpectedTensor> tensors(Keys keys, Vocabulary vocabulary)
            throws InvalidGgufException;

    /** What both architectures have. */
    private record Size(int width, int blocks, int tokens) {

        private static final int MOST_BLOCKS = 512;
        private static final int LONGEST_CONTEXT = 1 << 24;

        static Size of(Keys keys, String name, Vocabulary vocabulary) throws InvalidGgufException {
            keys.number(name + ".context_length", 1, LONGEST_CONTEXT);
            String epsilon = name + ".attention.layer_norm_rms_epsilon";
            if (keys.optionalPositive(epsilon).isEmpty()) {
                throw Keys.wrong(epsilon, "is missing");
            }
            return new Size(
                    keys.number(name + ".embedding_length", 1, MOST_WIDTH),
                    keys.number(name + ".block_count", 1, MOST_BLOCKS),
                    vocabulary.size());
        }

        List<ExpectedTensor> frame() {
            return List.of(
                    weight("token_embd.weight", width, tokens),
                    exact("output_norm.weight", width),
                    weight("output.weight", width, tokens).optional());
        }
    }
}
