package dev.millrace.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A copy of the guide model with one prompt that aborts llama.cpp. It claims a context of 8192
 * tokens and the word splitter of another family, which llama.cpp runs through {@code std::regex};
 * that recurses once for each letter of a word, and a word of several thousand letters overflows
 * the stack in native code. Nothing in the engine or its worker knows of it.
 */
final class PoisonModel {
    private static final String CONTEXT = "llama.context_length";
    private static final String SPLITTER = "tokenizer.ggml.pre";
    private static final String USUAL = "gpt-2";
    private static final String RECURSIVE = "qwen2";
    private static final int CONTEXT_TOKENS = 8192;
    private static final int LETTERS = 8000;

    /** A GGUF value's type, 4 bytes, stands between its key and the value. */
    private static final int TYPE_BYTES = 4;

    private static final int LENGTH_BYTES = 8;

    static Path make(Path guide, Path copy) throws IOException {
        byte[] model = Files.readAllBytes(guide);
        ByteBuffer bytes = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(after(model, CONTEXT) + TYPE_BYTES, CONTEXT_TOKENS);
        int splitter = after(model, SPLITTER) + TYPE_BYTES + LENGTH_BYTES;
        String found = new String(model, splitter, USUAL.length(), StandardCharsets.US_ASCII);
        if (!found.equals(USUAL)) {
            throw new IOException(guide + " splits words by '" + found + "', not " + USUAL);
        }
        bytes.put(splitter, RECURSIVE.getBytes(StandardCharsets.US_ASCII));
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        return Files.write(copy, model);
    }

    /** The prompt that it cannot survive. */
    static String prompt() {
        return "a".repeat(LETTERS);
    }

    private static int after(byte[] model, String key) throws IOException {
        byte[] wanted = key.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at <= model.length - wanted.length; at++) {
            int same = 0;
            while (same < wanted.length && model[at + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return at + wanted.length;
            }
        }
        throw new IOException("the model has no key " + key);
    }

    private PoisonModel() {}
}
