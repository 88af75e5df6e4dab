package dev.millrace.ingress.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.job.Messages;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON body of {@code POST /v1/jobs}, read strictly: a field that is not known or not of its
 * type is an error that names it, so that a misspelt limit is never silently the default. What the
 * values may be is for the checks that follow.
 */
public final class JobBody {
    private static final List<String> FIELDS =
            List.of(
                    "model",
                    "messages",
                    "max_tokens",
                    "temperature",
                    "top_p",
                    "seed",
                    "stop",
                    "priority",
                    "deadline_ms",
                    "callback",
                    "reply",
                    "metadata",
                    "tags",
                    "hints",
                    "conversation");
    private static final ObjectReader JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .reader();

    /**
     * Reads a job.
     *
     * @throws BadBodyException where it is not one
     */
    static InferenceJob read(byte[] body, Optional<String> idempotencyKey) throws BadBodyException {
        JsonFields fields = JsonFields.of(tree(body), "", FIELDS);
        InferenceJob.Builder job =
                InferenceJob.newBuilder()
                        .setMessages(messages(fields))
                        .setMaxTokens(fields.integer("max_tokens").orElse(null))
                        .setTemperature(fields.number("temperature").orElse(null))
                        .setTopP(fields.number("top_p").orElse(null))
                        .setSeed(fields.exactLong("seed").orElse(null))
                        .setStop(fields.texts("stop", true).orElse(List.of()))
                        .setDeadlineMs(fields.nearestLong("deadline_ms").orElse(null))
                        .setReply(fields.text("reply").orElse(null))
                        .setCallback(callback(fields).orElse(null))
                        .setConversation(fields.text("conversation").orElse(null))
                        .setTags(fields.texts("tags", false).orElse(List.of()))
                        .setHints(fields.textMap("hints").orElse(Map.of()))
                        .setMetadata(fields.textMap("metadata").orElse(Map.of()))
                        .setIdempotencyKey(idempotencyKey.orElse(null));
        fields.text("model").ifPresent(job::setModel);
        fields.text("priority").ifPresent(job::setPriority);
        return job.build();
    }

    private static List<Message> messages(JsonFields fields) throws BadBodyException {
        List<Message> messages = new ArrayList<>();
        for (JsonFields message : fields.objects("messages", List.of("role", "content"))) {
            messages.add(Messages.of(message.required("role"), message.required("content")));
        }
        return messages;
    }

    private static Optional<Callback> callback(JsonFields fields) throws BadBodyException {
        Optional<JsonFields> callback = fields.object("callback", List.of("url"));
        return callback.isEmpty()
                ? Optional.empty()
                : Optional.of(new Callback(callback.get().required("url")));
    }

    /**
     * A body's one JSON object.
     *
     * @throws BadBodyException says where it is none, and never quotes it
     */
    public static JsonNode tree(byte[] body) throws BadBodyException {
        try {
            JsonNode tree = JSON.readTree(body);
            if (!tree.isObject()) {
                throw malformed("the body must be a JSON object");
            }
            return tree;
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null
                            ? ""
                            : " at line "
                                    + e.getLocation().getLineNr()
                                    + ", column "
                                    + e.getLocation().getColumnNr();
            throw malformed("the body is not valid JSON" + place);
        } catch (IOException e) {
            throw malformed("the body is not valid JSON");
        }
    }

    private static BadBodyException malformed(String detail) {
        return new BadBodyException(
                new JobError("malformed_json", null, "one JSON object, each field once", detail));
    }

    /** The body is not a job; the error says why. */
    public static final class BadBodyException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient JobError error;

        public BadBodyException(JobError error) {
            super(error.getCode());
            this.error = error;
        }

        public JobError error() {
            return error;
        }
    }

    private JobBody() {}
}
