package dev.millrace.workers.llama;

import dev.millrace.trainer.bpe.BpeTrainer;
import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.trainer.gguf.GgufTensor;
import dev.millrace.trainer.gguf.GgufWriter;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.LlamaModel;
import dev.millrace.trainer.model.MambaModel;
import dev.millrace.trainer.model.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** An untrained model whose file a test can spoil before it is written. It never ends an answer. */
public final class TinyModel {

    public static final Tokenizer TOKENIZER = BpeTrainer.train(List.of("the lane, the job"), 262);

    public final Map<String, Object> keys = new LinkedHashMap<>();
    public final List<GgufTensor> tensors = new ArrayList<>();

    private TinyModel(LanguageModel model) {
        String architecture = model.architecture();
        // An end token that scores nothing is never the likeliest one.
        Arrays.fill(model.parameters().getFirst().matrix().value[Tokenizer.END], 0);
        keys.put("general.architecture", architecture);
        keys.put(architecture + ".context_length", 512);
        model.shape().forEach((key, value) -> keys.put(architecture + "." + key, value));
        keys.put("tokenizer.ggml.model", "gpt2");
        keys.put("tokenizer.ggml.pre", "gpt-2");
        keys.put("tokenizer.ggml.tokens", TOKENIZER.tokens());
        keys.put(
                "tokenizer.ggml.token_type",
                IntStream.range(0, TOKENIZER.size())
                        .map(id -> Tokenizer.isControl(id) ? 3 : 1)
                        .toArray());
        keys.put("tokenizer.ggml.merges", TOKENIZER.merges());
        keys.put("tokenizer.ggml.bos_token_id", Tokenizer.BEGIN);
        keys.put("tokenizer.ggml.eos_token_id", Tokenizer.END);
        keys.put("tokenizer.ggml.add_bos_token", true);
        model.parameters().stream().map(Parameter::stored).forEach(tensors::add);
    }

    public static TinyModel llama() {
        return new TinyModel(
                new LlamaModel(new LlamaModel.Shape(TOKENIZER.size(), 16, 1, 2, 24), 1));
    }

    public static TinyModel mamba() {
        return new TinyModel(new MambaModel(new MambaModel.Shape(TOKENIZER.size(), 16, 1, 4), 1));
    }

    /** An engine that, left alone, goes on for a million tokens. */
    static EngineSettings endless(Path folder) throws IOException {
        Path file = mamba().with("mamba.context_length", 1_000_000).writeTo(folder, "endless");
        return EngineSettings.of(file).withContextTokens(2_000_000);
    }

    public TinyModel with(String key, Object value) {
        keys.put(key, value);
        return this;
    }

    public TinyModel without(String key) {
        keys.remove(key);
        return this;
    }

    public TinyModel withTensor(GgufTensor tensor) {
        tensors.replaceAll(old -> old.name().equals(tensor.name()) ? tensor : old);
        if (!tensors.contains(tensor)) {
            tensors.add(tensor);
        }
        return this;
    }

    public TinyModel withoutTensor(String name) {
        tensors.removeIf(tensor -> tensor.name().equals(name));
        return this;
    }

    public byte[] bytes() {
        return GgufWriter.write(keys, tensors);
    }

    public Path writeTo(Path folder, String name) throws IOException {
        return Files.write(folder.resolve(name + ".gguf"), bytes());
    }
}
