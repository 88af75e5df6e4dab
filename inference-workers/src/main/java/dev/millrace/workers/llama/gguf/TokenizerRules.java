package dev.millrace.workers.llama.gguf;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What llama.cpp takes for granted about a vocabulary. */
final class TokenizerRules {

    private static final String PREFIX = "tokenizer.ggml.";

    private static final List<String> SPECIAL =
            List.of("bos", "eos", "eot", "eom", "unknown", "separator", "padding", "mask", "cls");

    /**
     * Splits into words that the pinned llama.cpp knows; it refuses others only after some work.
     */
    private static final Set<String> FLAGS =
            Set.of(
                    "add_bos_token",
                    "add_eos_token",
                    "add_space_prefix",
                    "remove_extra_whitespaces");

    private TokenizerRules() {}

    static Vocabulary check(Keys keys) throws InvalidGgufException {
        Vocabulary vocabulary = keys.vocabulary();
        String model = keys.text(PREFIX + "model");
        switch (model) {
            case "gpt2" -> {
                if (keys.arrayLength(PREFIX + "merges", ValueType.STRING).isEmpty()) {
                    throw Keys.wrong(PREFIX + "merges", "is missing");
                }
                requireBytes(vocabulary.bytes().missingSymbol());
            }
            case "llama" -> requireBytes(vocabulary.bytes().missingHex());
            default ->
                    throw Keys.wrong(
                            PREFIX + "model", "is " + model + ", supported are gpt2 and llama");
        }
        keys.optionalText(PREFIX + "pre");
        keys.optionalText("tokenizer.chat_template");
        requireLength(keys, "token_type", ValueType.INT32, vocabulary.size());
        requireLength(keys, "scores", ValueType.FLOAT32, vocabulary.size());
        for (String special : SPECIAL) {
            keys.optionalNumber(PREFIX + special + "_token_id", 0, vocabulary.size() - 1);
        }
        for (String flag : FLAGS) {
            keys.optionalFlag(PREFIX + flag);
        }
        return vocabulary;
    }

    /** Without a token for every byte, some prompt makes llama.cpp throw across the C border. */
    private static void requireBytes(OptionalInt missing) throws InvalidGgufException {
        if (missing.isPresent()) {
            throw Keys.wrong(
                    HeaderReader.TOKENS, "has no token for the byte " + missing.getAsInt());
        }
    }

    /** llama.cpp reads these arrays up to the number of tokens, whatever their length. */
    private static void requireLength(Keys keys, String name, int elementCode, int tokens)
            throws InvalidGgufException {
        long length = keys.arrayLength(PREFIX + name, elementCode).orElse((long) tokens);
        if (length != tokens) {
            throw Keys.wrong(PREFIX + name, "has " + length + " entries for " + tokens + " tokens");
        }
    }
}
