package dev.millrace.classifier;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobError;
import dev.millrace.v1.LaneConsidered;
import dev.millrace.v1.ToolCall;
import dev.millrace.v1.Usage;
import dev.millrace.v1.WebhookEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Utils;

/** A result as a callback's JSON body, and the event that asks for the callback. */
public final class WebhookPayload {
    /** The largest body; a result over it is announced without its output. */
    public static final int MAX_BYTES = Ending.MAX_OUTPUT_BYTES;

    private final JsonFactory json = new JsonFactory();

    /** The same job and address always make the same {@code webhook_id}. */
    public WebhookEvent event(InferenceResult result, String url, Instant now) {
        return WebhookEvent.newBuilder()
                .setWebhookId("msg_" + hash(result.getJobId() + "\n" + url))
                .setTenant(result.getTenant())
                .setJobId(result.getJobId())
                .setType(type(result))
                .setUrl(url)
                .setCreatedAt(now)
                .setPayload(body(result))
                .build();
    }

    private String body(InferenceResult result) {
        String whole = body(result, true);
        return Utils.utf8Length(whole) <= MAX_BYTES ? whole : body(result, false);
    }

    private String body(InferenceResult result, boolean withOutput) {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator body = json.createGenerator(text)) {
            body.writeStartObject();
            body.writeStringField("type", type(result));
            body.writeStringField("timestamp", result.getCompletedAt().toString());
            body.writeObjectFieldStart("data");
            data(body, result, withOutput);
            body.writeEndObject();
            body.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string writer never fails", e);
        }
        return text.toString();
    }

    private static void data(JsonGenerator body, InferenceResult result, boolean withOutput)
            throws IOException {
        body.writeStringField("id", result.getJobId());
        body.writeStringField("status", Ending.word(result.getStatus()));
        optional(body, "output", withOutput ? result.getOutput() : Optional.empty());
        if (!withOutput) {
            body.writeBooleanField("output_omitted", true);
        }
        optional(body, "finish_reason", result.getFinishReason());
        if (withOutput) {
            answer(body, result);
        }
        body.writeNumberField("attempts", result.getAttempts());
        usage(body, result.getUsage());
        if (result.getError().isPresent()) {
            error(body, result.getError().get());
        }
        if (result.getDecision().isPresent()) {
            route(body, result.getDecision().get(), result.getLane());
        }
        body.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> entry : new TreeMap<>(result.getMetadata()).entrySet()) {
            body.writeStringField(entry.getKey(), entry.getValue());
        }
        body.writeEndObject();
        body.writeStringField("created_at", result.getAcceptedAt().toString());
        body.writeStringField("completed_at", result.getCompletedAt().toString());
    }

    /** What an answer holds beside its text; nothing where it holds nothing. */
    private static void answer(JsonGenerator body, InferenceResult result) throws IOException {
        if (result.getToolCalls().isPresent()) {
            body.writeArrayFieldStart("tool_calls");
            for (ToolCall call : result.getToolCalls().get()) {
                body.writeStartObject();
                body.writeStringField("id", call.getId());
                body.writeStringField("name", call.getName());
                body.writeStringField("arguments", call.getArguments());
                body.writeEndObject();
            }
            body.writeEndArray();
        }
        if (!result.getEmbeddings().isEmpty()) {
            body.writeArrayFieldStart("embeddings");
            for (List<Float> vector : result.getEmbeddings()) {
                body.writeStartArray();
                for (float value : vector) {
                    body.writeNumber(value);
                }
                body.writeEndArray();
            }
            body.writeEndArray();
        }
    }

    private static void usage(JsonGenerator body, Usage usage) throws IOException {
        body.writeObjectFieldStart("usage");
        body.writeNumberField("input_tokens", usage.getInputTokens());
        body.writeNumberField("cached_input_tokens", usage.getCachedInputTokens());
        body.writeNumberField("output_tokens", usage.getOutputTokens());
        body.writeNumberField("reasoning_tokens", usage.getReasoningTokens());
        body.writeNumberField("cache_write_input_tokens", usage.getCacheWriteInputTokens());
        body.writeBooleanField("estimated", usage.getEstimated());
        body.writeEndObject();
    }

    private static void error(JsonGenerator body, JobError error) throws IOException {
        body.writeObjectFieldStart("error");
        body.writeStringField("code", error.getCode());
        optional(body, "field", error.getField());
        optional(body, "limit", error.getLimit());
        body.writeStringField("detail", error.getDetail());
        body.writeEndObject();
    }

    private static void route(JsonGenerator body, Decision decision, Optional<String> lane)
            throws IOException {
        body.writeObjectFieldStart("route");
        optional(body, "lane", lane.or(decision::getLane));
        optional(body, "route", decision.getRoute());
        body.writeStringField("vertical", decision.getVertical());
        body.writeStringField("complexity", decision.getComplexity());
        body.writeArrayFieldStart("candidates");
        for (LaneConsidered candidate : decision.getCandidates()) {
            body.writeStartObject();
            body.writeStringField("lane", candidate.getLane());
            body.writeStringField("verdict", candidate.getVerdict());
            body.writeStringField("reason", candidate.getReason());
            body.writeEndObject();
        }
        body.writeEndArray();
        body.writeArrayFieldStart("reasons");
        for (String reason : decision.getReasons()) {
            body.writeString(reason);
        }
        body.writeEndArray();
        body.writeEndObject();
    }

    private static void optional(JsonGenerator body, String name, Optional<String> value)
            throws IOException {
        if (value.isPresent()) {
            body.writeStringField(name, value.get());
        } else {
            body.writeNullField(name);
        }
    }

    private static String type(InferenceResult result) {
        return "job." + Ending.word(result.getStatus());
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
