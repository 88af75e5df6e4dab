package dev.millrace.ingress.check;

import dev.millrace.job.JobContent;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a job asks for, as SHA-256 in hex: model, messages, sampling, priority and deadline. Where
 * the answer goes (callback, reply) and what only rides along (metadata, tags, hints, conversation)
 * is not part of it, so that the same question over HTTP and by topic, or with another destination,
 * is the same job.
 */
public final class Fingerprint {
    /**
     * Changes when the encoding below does: a job in flight then counts as another body, never as
     * the same one.
     */
    private static final String VERSION = "millrace-job-1";

    public static String of(InferenceJob job) {
        MessageDigest digest = Sha256.digest();
        try (DataOutputStream out =
                new DataOutputStream(
                        new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            write(out, job);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Every field has a fixed place and every text its length in front, so that no two jobs read
     * alike.
     */
    private static void write(DataOutputStream out, InferenceJob job) throws IOException {
        text(out, VERSION);
        text(out, job.getModel());
        out.writeInt(job.getMessages().size());
        for (Message message : job.getMessages()) {
            text(out, message.getRole());
            text(out, message.getContent());
        }
        number(out, job.getMaxTokens().map(Integer::longValue));
        number(out, job.getTemperature().map(Fingerprint::bits));
        number(out, job.getTopP().map(Fingerprint::bits));
        number(out, job.getSeed());
        out.writeInt(job.getStop().size());
        for (String stop : job.getStop()) {
            text(out, stop);
        }
        text(out, job.getPriority());
        number(out, job.getDeadlineMs());
        more(out, job);
    }

    /**
     * What older jobs did not have is written only where it is there, so that theirs stays the
     * same.
     */
    private static void more(DataOutputStream out, InferenceJob job) throws IOException {
        for (int i = 0; i < job.getMessages().size(); i++) {
            Message message = job.getMessages().get(i);
            for (ContentPart part : Messages.parts(message)) {
                out.writeInt(i);
                texts(
                        out,
                        "part",
                        part.getType(),
                        part.getText(),
                        part.getUrl().orElse(""),
                        part.getDetail().orElse(""));
            }
            for (ToolCall call : Messages.calls(message)) {
                out.writeInt(i);
                texts(out, "call", call.getId(), call.getName(), call.getArguments());
            }
            if (message.getToolCallId().isPresent()) {
                out.writeInt(i);
                texts(out, "answers", message.getToolCallId().get());
            }
        }
        for (Tool tool : JobContent.tools(job)) {
            texts(out, "tool", tool.getName(), tool.getDescription(), tool.getParameters());
        }
        if (job.getToolChoice().isPresent()) {
            texts(out, "choice", job.getToolChoice().get());
        }
        if (job.getResponseFormat().isPresent()) {
            ResponseFormat form = job.getResponseFormat().get();
            texts(out, "format", form.getType(), form.getName(), form.getJsonSchema().orElse(""));
        }
        if (JobContent.isEmbedding(job)) {
            texts(out, "embedding");
            number(out, job.getDimensions().map(Integer::longValue));
            texts(out, job.getInput().toArray(String[]::new));
        }
    }

    private static void texts(DataOutputStream out, String... texts) throws IOException {
        out.writeInt(texts.length);
        for (String text : texts) {
            text(out, text);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void number(DataOutputStream out, Optional<Long> number) throws IOException {
        out.writeBoolean(number.isPresent());
        out.writeLong(number.orElse(0L));
    }

    /** Minus zero asks for the same as zero. */
    private static long bits(double value) {
        return Double.doubleToLongBits(value + 0.0);
    }

    private Fingerprint() {}
}
