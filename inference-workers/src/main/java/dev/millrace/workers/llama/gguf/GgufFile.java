package dev.millrace.workers.llama.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A file that llama.cpp can be given: its header has been read with strict bounds, and its keys and
 * tensors are those of an architecture that is known. The numbers in the tensors are not judged
 * here.
 *
 * @param architecture {@code llama} or {@code mamba}
 * @param name {@code general.name}, or the architecture when the file has none
 * @param contextTokens how many tokens the model was made for
 * @param longestTokenBytes no token stands for more bytes of text than this
 * @param promptTemplate how a question is put to the model, if the file says so
 * @param chatTemplate the template of a chat model, if the file has one
 */
public record GgufFile(
        String architecture,
        String name,
        int contextTokens,
        int longestTokenBytes,
        Optional<String> promptTemplate,
        Optional<String> chatTemplate) {

    /** The key under which this project's models carry their prompt template. */
    public static final String PROMPT_TEMPLATE = "millrace.prompt_template";

    /**
     * Reads the header of a file.
     *
     * @throws InvalidGgufException if llama.cpp must not see it, saying where and why
     * @throws IOException if it cannot be read at all
     */
    public static GgufFile check(Path file) throws IOException, InvalidGgufException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return check(channel, channel.size());
        }
    }

    static GgufFile check(ReadableByteChannel channel, long size)
            throws IOException, InvalidGgufException {
        HeaderReader.Header header = new HeaderReader(new HeaderInput(channel, size)).read();
        Keys keys = new Keys(header.keys());
        // A split file makes llama.cpp open its neighbours, which nobody has checked.
        if (keys.has("split.count")) {
            throw Keys.wrong("split.count", "split models are not supported");
        }
        String name = keys.text("general.architecture");
        Architecture architecture = architecture(name);
        Vocabulary vocabulary = TokenizerRules.check(keys);
        checkTensors(header.tensors(), architecture.tensors(keys, vocabulary));
        return new GgufFile(
                name,
                keys.optionalText("general.name").orElse(name),
                keys.number(name + ".context_length", 1, Integer.MAX_VALUE),
                vocabulary.longestBytes(),
                keys.optionalText(PROMPT_TEMPLATE),
                keys.optionalText("tokenizer.chat_template"));
    }

    private static Architecture architecture(String name) throws InvalidGgufException {
        for (Architecture architecture : Architecture.values()) {
            if (architecture.name().toLowerCase(Locale.ROOT).equals(name)) {
                return architecture;
            }
        }
        throw Keys.wrong("general.architecture", "is " + name + ", supported are llama and mamba");
    }

    private static void checkTensors(List<Tensor> tensors, List<ExpectedTensor> expected)
            throws InvalidGgufException {
        Map<String, Tensor> found = new HashMap<>();
        tensors.forEach(tensor -> found.put(tensor.name(), tensor));
        for (ExpectedTensor wanted : expected) {
            Tensor tensor = found.remove(wanted.name());
            if (tensor != null) {
                wanted.check(tensor);
            } else if (wanted.required()) {
                throw new InvalidGgufException("tensor " + wanted.name(), "is missing");
            }
        }
        for (Tensor tensor : tensors) {
            if (found.containsKey(tensor.name())) {
                throw new InvalidGgufException(
                        "tensor " + tensor.name(), "does not belong to this architecture");
            }
        }
    }
}
