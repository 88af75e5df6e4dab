package dev.millrace.workers.llama;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How well a model foresees a text: runs an engine process for it and prints one line of JSON.
 *
 * <p>Exit codes: 0 ok; 1 the engine failed; 2 the model or the text is refused; 4 out of time.
 */
public final class PerplexityMain {

    private static final int FAILED = 1;
    private static final int REFUSED = 2;
    private static final int TIMED_OUT = 4;

    /** As many as the characters that an engine takes can have. */
    private static final long MOST_BYTES = 4L * RequestLimits.LONGEST_TEXT;

    private PerplexityMain() {}

    /**
     * Scores a text.
     *
     * @param arguments the model's file, the text's file, the most tokens to read at once, and the
     *     most seconds that it may take
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 4) {
            System.err.println("usage: PerplexityMain MODEL TEXT CONTEXT_TOKENS TIMEOUT_S");
            System.exit(REFUSED);
        }
        Optional<String> readable = text(Path.of(arguments[1]));
        if (readable.isEmpty()) {
            System.exit(REFUSED);
        }
        String text = readable.orElseThrow();
        EngineSettings settings =
                EngineSettings.of(Path.of(arguments[0]))
                        .withContextTokens(Integer.parseInt(arguments[2]));
        Duration timeout = Duration.ofSeconds(Long.parseLong(arguments[3]));
        int status;
        try (LlamaEngineClient engine = new LlamaEngineClient(settings)) {
            EngineInfo info = engine.start();
            status = told(engine.score("text", text, 0, timeout), info, text);
        } catch (EngineStartException e) {
            System.err.println(e.getMessage());
            status = REFUSED;
        }
        System.exit(status);
    }

    private static Optional<String> text(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            System.err.println(file + " has more than " + MOST_BYTES + " bytes");
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file));
        } catch (CharacterCodingException e) {
            System.err.println(file + " is not UTF-8");
            return Optional.empty();
        }
    }

    private static int told(EngineReply reply, EngineInfo info, String text) throws IOException {
        return switch (reply) {
            case EngineReply.Scored(TextScore score) -> {
                System.out.println(json(score, info, text));
                yield 0;
            }
            case EngineReply.Refused refused -> {
                System.err.println(
                        refused.code() + ": " + refused.detail() + "; limit: " + refused.limit());
                yield REFUSED;
            }
            case EngineReply.Failed failed -> {
                System.err.println(failed.fault().code() + ": " + failed.detail());
                yield FAILED;
            }
            case EngineReply.Stopped stopped -> {
                System.err.println("the model was not done in time");
                yield TIMED_OUT;
            }
            case EngineReply.Completed unasked -> {
                System.err.println("the engine answered a text that it was to score");
                yield FAILED;
            }
        };
    }

    private static String json(TextScore score, EngineInfo info, String text) throws IOException {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model", info.model());
            json.writeStringField("architecture", info.architecture());
            json.writeNumberField("context_tokens", info.contextTokens());
            json.writeNumberField("bytes", bytes);
            json.writeNumberField("tokens", score.tokens());
            json.writeNumberField("scored_tokens", score.scoredTokens());
            json.writeNumberField("windows", score.windows());
            json.writeNumberField("mean_nats", score.meanNats());
            json.writeNumberField("perplexity", score.perplexity());
            json.writeNumberField("bits_per_byte", score.surpriseNats() / Math.log(2) / bytes);
            json.writeNumberField("model_ms", score.modelMs());
            json.writeEndObject();
        }
        return out.toString();
    }
}
