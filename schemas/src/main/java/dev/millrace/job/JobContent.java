package dev.millrace.job;

import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/** All that a job gives a model to read: how much it is, and what is in it. */
public final class JobContent {
    public static final String CHAT = "chat";
    public static final String EMBEDDING = "embedding";

    private static final int BYTES_PER_TOKEN = 4;
    private static final int TOKENS_PER_MESSAGE = 4;

    /** What providers make of an image of ordinary size, more or less. */
    private static final int TOKENS_PER_IMAGE = 1_000;

    private JobContent() {}

    public static boolean isEmbedding(InferenceJob job) {
        return job.getKind().equals(EMBEDDING);
    }

    /** The tools that the model may call; empty where there are none. */
    public static List<Tool> tools(InferenceJob job) {
        return job.getTools().orElse(List.of());
    }

    /** Whether there is nothing to answer, or nothing to embed. */
    public static boolean isEmpty(InferenceJob job) {
        return isEmbedding(job)
                ? job.getInput().stream().allMatch(String::isBlank)
                : job.getMessages().stream().allMatch(Messages::isEmpty);
    }

    /** UTF-8 bytes of everything that is to be read, images and schemas included. */
    public static long bytes(InferenceJob job) {
        return texts(job).mapToLong(Utils::utf8Length).sum();
    }

    /** Every text of the caller's that a provider gets to see, images as they are written. */
    public static Stream<String> texts(InferenceJob job) {
        return Stream.of(
                        job.getMessages().stream().flatMap(JobContent::texts),
                        job.getInput().stream(),
                        tools(job).stream()
                                .flatMap(
                                        tool ->
                                                Stream.of(
                                                        tool.getName(),
                                                        tool.getDescription(),
                                                        tool.getParameters())),
                        job.getResponseFormat().stream()
                                .flatMap(
                                        format ->
                                                Stream.concat(
                                                        Stream.of(format.getName()),
                                                        format.getJsonSchema().stream())))
                .flatMap(texts -> texts);
    }

    private static Stream<String> texts(Message message) {
        return Stream.of(
                        Stream.of(message.getContent()),
                        Messages.parts(message).stream().flatMap(JobContent::texts),
                        Messages.calls(message).stream()
                                .flatMap(
                                        call ->
                                                Stream.of(
                                                        call.getId(),
                                                        call.getName(),
                                                        call.getArguments())),
                        message.getToolCallId().stream())
                .flatMap(texts -> texts);
    }

    private static Stream<String> texts(ContentPart part) {
        return Stream.of(
                        Stream.of(part.getText()),
                        part.getUrl().stream(),
                        part.getDetail().stream())
                .flatMap(texts -> texts);
    }

    /**
     * How many tokens the input will probably be: a quarter of its UTF-8 bytes, which is what
     * byte-level vocabularies come to on English text, a few for each turn, and a flat number for
     * each image. The engine counts what is billed.
     */
    public static long inputTokens(InferenceJob job) {
        return inputTokens(job.getMessages(), job.getInput(), tools(job), job.getResponseFormat());
    }

    /** Likewise, from its parts. */
    public static long inputTokens(
            List<Message> messages,
            List<String> input,
            List<Tool> tools,
            Optional<ResponseFormat> format) {
        long tokens = 0;
        for (Message message : messages) {
            tokens += TOKENS_PER_MESSAGE + tokens(Messages.text(message));
            tokens += (long) TOKENS_PER_IMAGE * Messages.images(message).size();
            for (ToolCall call : Messages.calls(message)) {
                tokens += tokens(call.getName()) + tokens(call.getArguments());
            }
        }
        for (String text : input) {
            tokens += tokens(text);
        }
        for (Tool tool : tools) {
            tokens +=
                    tokens(tool.getName())
                            + tokens(tool.getDescription())
                            + tokens(tool.getParameters());
        }
        return tokens
                + format.flatMap(ResponseFormat::getJsonSchema).map(JobContent::tokens).orElse(0);
    }

    /** Of one text, by the same rule. */
    public static int tokens(String text) {
        return Math.ceilDiv(Utils.utf8Length(text), BYTES_PER_TOKEN);
    }
}
