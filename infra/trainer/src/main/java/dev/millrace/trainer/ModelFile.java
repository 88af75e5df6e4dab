package dev.millrace.trainer;

import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.trainer.gguf.GgufWriter;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A trained model as llama.cpp reads it. */
final class ModelFile {

    /**
     * Much longer than any lesson: a prompt of the demo fits, even if no good answer comes of it.
     */
    static final int CONTEXT_LENGTH = 1024;

    private static final int NORMAL_TOKEN = 1;
    private static final int CONTROL_TOKEN = 3;
    private static final int MOSTLY_F16 = 1;

    private ModelFile() {}

    static byte[] bytes(String name, LanguageModel model, Tokenizer tokenizer, Guide guide) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("general.architecture", model.architecture());
        keys.put("general.name", name);
        keys.put("general.description", "Knows the Millrace guide by heart, and nothing else");
        keys.put("general.file_type", MOSTLY_F16);
        keys.put(model.architecture() + ".context_length", CONTEXT_LENGTH);
        new TreeMap<>(model.shape())
                .forEach((key, value) -> keys.put(model.architecture() + "." + key, value));
        keys.putAll(vocabulary(tokenizer));
        keys.put(Prompt.KEY, Prompt.TEMPLATE);
        keys.put("millrace.guide_sha256", guide.sha256());
        return GgufWriter.write(keys, model.parameters().stream().map(Parameter::stored).toList());
    }

    private static Map<String, Object> vocabulary(Tokenizer tokenizer) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("tokenizer.ggml.model", "gpt2");
        keys.put("tokenizer.ggml.pre", "gpt-2");
        keys.put("tokenizer.ggml.tokens", tokenizer.tokens());
        keys.put(
                "tokenizer.ggml.token_type",
                IntStream.range(0, tokenizer.size())
                        .map(id -> Tokenizer.isControl(id) ? CONTROL_TOKEN : NORMAL_TOKEN)
                        .toArray());
        keys.put("tokenizer.ggml.merges", tokenizer.merges());
        keys.put("tokenizer.ggml.bos_token_id", Tokenizer.BEGIN);
        keys.put("tokenizer.ggml.eos_token_id", Tokenizer.END);
        keys.put("tokenizer.ggml.padding_token_id", Tokenizer.PADDING);
        keys.put("tokenizer.ggml.add_bos_token", true);
        return keys;
    }
}
