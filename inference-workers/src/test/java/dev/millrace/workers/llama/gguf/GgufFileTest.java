package dev.millrace.workers.llama.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.trainer.gguf.GgufTensor;
import dev.millrace.workers.llama.TinyModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {

    private static final String TOKENS = "tokenizer.ggml.tokens";

    @ParameterizedTest
    @ValueSource(strings = {"llama", "mamba"})
    void theShippedModelsAreLetThrough(String architecture) throws Exception {
        // When
        GgufFile file = GgufFile.check(Path.of("models", "guide-" + architecture + ".gguf"));

        // Then
        assertThat(file.architecture()).isEqualTo(architecture);
        assertThat(file.name()).isEqualTo("guide-" + architecture);
        assertThat(file.contextTokens()).isEqualTo(1024);
        assertThat(file.longestTokenBytes()).isBetween(2, 40);
        assertThat(file.promptTemplate()).contains("Q: {question}\nA:");
        assertThat(file.chatTemplate()).isEmpty();
    }

    @Test
    void aFileWithoutANameIsNamedAfterItsArchitecture() throws Exception {
        // When
        GgufFile file = check(TinyModel.mamba().bytes());

        // Then
        assertThat(file.name()).isEqualTo("mamba");
        assertThat(file.promptTemplate()).isEqualTo(Optional.empty());
    }

    @TestFactory
    Stream<DynamicTest> aSpoiltLlamaIsRefusedWithTheReason() {
        return Stream.of(
                llama("another architecture", m -> m.with("general.architecture", "gpt9"), "gpt9"),
                llama("no architecture", m -> m.without("general.architecture"), "is missing"),
                llama("wrong key type", m -> m.with("llama.block_count", "1"), "must be uint32"),
                llama("no blocks", m -> m.with("llama.block_count", 0), "allowed are 1 to 512"),
                llama("a block too many", m -> m.with("llama.block_count", 2), "blk.1."),
                llama("no width", m -> m.without("llama.embedding_length"), "is missing"),
                llama("odd heads", m -> m.with("llama.attention.head_count", 3), "do not divide"),
                llama(
                        "an epsilon of zero",
                        m -> m.with("llama.attention.layer_norm_rms_epsilon", 0f),
                        "above zero"),
                llama("experts", m -> m.with("llama.expert_count", 4), "llama.expert_count"),
                llama("scaling", m -> m.with("llama.rope.scaling.type", "x"), "scaling.type"),
                llama("split", m -> m.with("split.count", 2), "split models"),
                llama("alignment of 33", m -> m.with("general.alignment", 33), "power of two"),
                llama("alignment as text", m -> m.with("general.alignment", "32"), "uint32"),
                llama("no tokens", m -> m.without(TOKENS), TOKENS),
                llama("tokens as text", m -> m.with(TOKENS, "a"), "must be array of string"),
                llama("a token twice", m -> m.with(TOKENS, tokens("a")), "same as token"),
                llama("an empty token", m -> m.with(TOKENS, tokens("")), "is empty"),
                llama("no merges", m -> m.without("tokenizer.ggml.merges"), "merges"),
                llama("merges as text", m -> m.with("tokenizer.ggml.merges", "a b"), "merges"),
                llama("a missing byte", m -> m.with(TOKENS, List.of("a")), "for the byte 0"),
                llama(
                        "hex bytes wanted",
                        m -> m.with("tokenizer.ggml.model", "llama"),
                        "for the byte 0"),
                llama("tokenizer", m -> m.with("tokenizer.ggml.model", "bert"), "bert"),
                llama(
                        "too few token types",
                        m -> m.with("tokenizer.ggml.token_type", new int[] {1, 1}),
                        "has 2 entries"),
                llama(
                        "an end beyond the vocabulary",
                        m -> m.with("tokenizer.ggml.eos_token_id", 9999),
                        "eos_token_id"),
                llama(
                        "no output norm",
                        m -> m.withoutTensor("output_norm.weight"),
                        "tensor output_norm.weight: is missing"),
                llama(
                        "an unknown tensor",
                        m -> m.withTensor(GgufTensor.full("blk.0.extra", new float[1][4])),
                        "does not belong"),
                llama(
                        "a wrong shape",
                        m -> m.withTensor(GgufTensor.half("blk.0.attn_q.weight", new float[8][16])),
                        "has shape [16, 8], expected [16, 16]"),
                llama(
                        "a norm of half precision",
                        m -> m.withTensor(GgufTensor.half("output_norm.weight", new float[1][16])),
                        "is F16, must be F32"),
                llama(
                        "an unknown element type",
                        m -> m.withTensor(tensor("output_norm.weight", List.of(16L), 99, 64)),
                        "unsupported type 99"),
                llama(
                        "a dimension of zero",
                        m -> m.withTensor(tensor("output_norm.weight", List.of(0L), 0, 0)),
                        "dimension of 0"),
                llama(
                        "five dimensions",
                        m -> m.withTensor(tensor("x", List.of(1L, 1L, 1L, 1L, 1L), 0, 4)),
                        "5 dimensions"),
                llama(
                        "a part of a block",
                        m -> m.withTensor(tensor("output_norm.weight", List.of(16L), 8, 34)),
                        "not a multiple of 32"),
                llama(
                        "more numbers than data",
                        m -> m.withTensor(tensor("z", List.of(1L << 30, 1L << 30), 0, 4)),
                        "beyond the end"),
                llama(
                        "more numbers than can be counted",
                        m -> m.withTensor(tensor("z", List.of(1L << 31, 1L << 31, 4L), 0, 4)),
                        "larger than any file"),
                llama(
                        "a tensor twice",
                        m -> {
                            m.tensors.add(m.tensors.getFirst());
                            return m;
                        },
                        "comes twice"),
                llama(
                        "a long tensor name",
                        m -> m.withTensor(tensor("n".repeat(64), List.of(1L), 0, 4)),
                        "the limit is 63"));
    }

    @ParameterizedTest
    @CsvSource({
        "mamba.ssm.inner_size, 16, twice the width",
        "mamba.ssm.conv_kernel, 1, allowed are 2 to 64",
        "mamba.ssm.state_size, 5, has shape",
        "mamba.attention.head_count, 2, allowed are 0 to 0"
    })
    void aMambaOfAWrongShapeIsRefused(String key, int value, String reason) {
        // Given
        byte[] file = TinyModel.mamba().with(key, value).bytes();

        // Then
        assertThatThrownBy(() -> check(file))
                .isInstanceOf(InvalidGgufException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ssm_conv1d.weight", "ssm_conv1d.bias", "ssm_dt.bias", "ssm_a", "ssm_d"})
    void aMambaWhoseRecurrenceIsNotF32IsRefused(String name) {
        // Given
        TinyModel model = TinyModel.mamba();
        GgufTensor exact =
                model.tensors.stream()
                        .filter(t -> t.name().equals("blk.0." + name))
                        .findFirst()
                        .orElseThrow();
        model.withTensor(
                new GgufTensor(
                        exact.name(),
                        exact.dimensions(),
                        GgufTensor.F16,
                        new byte[exact.data().length / 2]));

        // Then
        assertThatThrownBy(() -> check(model.bytes()))
                .isInstanceOf(InvalidGgufException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("must be F32");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, not a GGUF file",
        "4, 9, GGUF version 9",
        "8, -1, number of tensors is 18446744073709551615",
        "8, 2000000, number of tensors is 2000000",
        "16, -1, number of keys is 18446744073709551615",
        "24, -1, length of key 0 is 18446744073709551615",
        "24, 257, length of key 0 is 257"
    })
    void aWrongHeaderIsRefusedWithTheNumber(int position, long value, String reason) {
        // Given
        byte[] file = TinyModel.llama().bytes();
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (position < 8) {
            bytes.putInt(position, (int) value);
        } else {
            bytes.putLong(position, value);
        }

        // Then
        assertThatThrownBy(() -> check(file))
                .isInstanceOfSatisfying(
                        InvalidGgufException.class, e -> assertThat(e.where()).startsWith("byte "))
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingFileIsNotAnInvalidOne() {
        assertThatThrownBy(() -> GgufFile.check(Path.of("no-such-file.gguf")))
                .isInstanceOf(IOException.class);
    }

    static GgufFile check(byte[] file) throws IOException, InvalidGgufException {
        return GgufFile.check(Channels.newChannel(new ByteArrayInputStream(file)), file.length);
    }

    private static DynamicTest llama(String name, UnaryOperator<TinyModel> spoil, String reason) {
        return DynamicTest.dynamicTest(
                name,
                () ->
                        assertThatThrownBy(() -> check(spoil.apply(TinyModel.llama()).bytes()))
                                .isInstanceOf(InvalidGgufException.class)
                                .hasMessageContaining(reason));
    }

    private static List<String> tokens(String last) {
        List<String> tokens = new ArrayList<>(TinyModel.TOKENIZER.tokens());
        tokens.set(tokens.size() - 1, last);
        return tokens;
    }

    private static GgufTensor tensor(String name, List<Long> dimensions, int type, int bytes) {
        return new GgufTensor(name, dimensions, type, new byte[bytes]);
    }
}
