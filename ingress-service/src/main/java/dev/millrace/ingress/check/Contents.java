package dev.millrace.ingress.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.JobKind;
import dev.millrace.job.JobContent;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a job asks beside plain text: its kind, images, tools, the form of its answer. */
final class Contents {
    private static final int MAX_PARTS = 64;
    private static final int MAX_URL_LENGTH = 2_048;
    private static final int MAX_TOOLS = 128;
    private static final int MAX_CALLS = 128;
    private static final int MAX_SCHEMA_BYTES = 64 * 1024;
    private static final int MAX_INPUTS = 256;
    private static final int MAX_DIMENSIONS = 16_384;
    private static final int MAX_ID_LENGTH = 256;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String NAME_LIMIT = "1..64 letters, digits, _ and -";
    private static final String OBJECT_LIMIT = "a JSON object of " + MAX_SCHEMA_BYTES + " bytes";
    private static final String NO_OBJECT = "it is no JSON object, or too large";
    private static final Pattern IMAGE_DATA =
            Pattern.compile("data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}");
    private static final Pattern WEB = Pattern.compile("https?://[!-~&&[^\\\\\"<>]]+");
    private static final Set<String> DETAILS = Set.of("low", "high", "auto");
    private static final Set<String> CHOICES = Set.of("auto", "none", "required");
    private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");
    private static final ObjectReader JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .reader();

    private Contents() {}

    static Optional<JobError> kind(InferenceJob job, Catalog catalog) {
        Optional<JobKind> kind = JobKind.named(job.getKind());
        if (kind.isEmpty()) {
            return error("invalid_kind", "kind", "chat or embedding", "the kind is neither");
        }
        return catalog.lane(job.getModel())
                .filter(lane -> lane.serves() != kind.get())
                .flatMap(
                        lane ->
                                error(
                                        "wrong_kind",
                                        "kind",
                                        lane.serves().word(),
                                        "the lane does not serve jobs of this kind"));
    }

    /** Each kind has its own fields, and one that would be ignored is a mistake. */
    static Optional<JobError> fieldsOfKind(InferenceJob job) {
        if (JobContent.isEmbedding(job)) {
            String field =
                    !job.getMessages().isEmpty()
                            ? "messages"
                            : !JobContent.tools(job).isEmpty()
                                    ? "tools"
                                    : job.getResponseFormat().isPresent()
                                            ? "response_format"
                                            : job.getStream() ? "stream" : "";
            return field.isEmpty()
                    ? input(job)
                    : error("invalid_input", field, "none", "an embedding has no such field");
        }
        String field =
                !job.getInput().isEmpty()
                        ? "input"
                        : job.getDimensions().isPresent() ? "dimensions" : "";
        return field.isEmpty()
                ? Optional.empty()
                : error("invalid_input", field, "none", "only an embedding has this field");
    }

    private static Optional<JobError> input(InferenceJob job) {
        if (job.getInput().size() > MAX_INPUTS) {
            return error(
                    "invalid_input",
                    "input",
                    MAX_INPUTS + " texts",
                    "there are " + job.getInput().size() + " texts");
        }
        for (int i = 0; i < job.getInput().size(); i++) {
            if (job.getInput().get(i).isBlank()) {
                return error("empty_prompt", "input[" + i + "]", "some text", "the text is blank");
            }
        }
        return job.getDimensions().filter(n -> n < 1 || n > MAX_DIMENSIONS).isPresent()
                ? error("invalid_dimensions", "dimensions", "1.." + MAX_DIMENSIONS, "out of range")
                : Optional.empty();
    }

    static Optional<JobError> messages(InferenceJob job) {
        Set<String> calls = new HashSet<>();
        for (int i = 0; i < job.getMessages().size(); i++) {
            Message message = job.getMessages().get(i);
            String at = "messages[" + i + "]";
            Optional<JobError> wrong =
                    parts(message, at)
                            .or(() -> calls(message, at))
                            .or(() -> answersACall(message, at, calls));
            if (wrong.isPresent()) {
                return wrong;
            }
            Messages.calls(message).forEach(call -> calls.add(call.getId()));
        }
        return Optional.empty();
    }

    private static Optional<JobError> parts(Message message, String at) {
        if (Messages.parts(message).size() > MAX_PARTS) {
            return error(
                    "invalid_content", at + ".parts", MAX_PARTS + " parts", "there are too many");
        }
        for (int i = 0; i < Messages.parts(message).size(); i++) {
            ContentPart part = Messages.parts(message).get(i);
            String place = at + ".parts[" + i + "]";
            Optional<JobError> wrong =
                    switch (part.getType()) {
                        case Messages.TEXT ->
                                part.getUrl().isPresent()
                                        ? error(
                                                "invalid_content",
                                                place + ".url",
                                                "none",
                                                "text has no url")
                                        : Optional.empty();
                        case Messages.IMAGE -> image(message, part, place);
                        default ->
                                error(
                                        "invalid_content",
                                        place + ".type",
                                        "text or image_url",
                                        "the type is neither");
                    };
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private static Optional<JobError> image(Message message, ContentPart part, String at) {
        String url = part.getUrl().orElse("");
        boolean legal =
                url.startsWith("data:")
                        ? IMAGE_DATA.matcher(url).matches()
                        : url.length() <= MAX_URL_LENGTH && WEB.matcher(url).matches();
        if (!legal) {
            return error(
                    "invalid_content",
                    at + ".url",
                    "http or https with "
                            + MAX_URL_LENGTH
                            + " characters, or data:image/png;base64,... (jpeg, gif, webp)",
                    "the image is neither");
        }
        if (part.getDetail().filter(detail -> !DETAILS.contains(detail)).isPresent()) {
            return error("invalid_content", at + ".detail", "low, high or auto", "it is none");
        }
        return message.getRole().equals("user")
                ? Optional.empty()
                : error("invalid_content", at, "in messages of users", "others show no images");
    }

    private static Optional<JobError> calls(Message message, String at) {
        List<ToolCall> calls = Messages.calls(message);
        if (calls.isEmpty()) {
            return Optional.empty();
        }
        if (!message.getRole().equals("assistant") || calls.size() > MAX_CALLS) {
            return error(
                    "invalid_tool_call",
                    at + ".tool_calls",
                    MAX_CALLS + ", of an assistant",
                    "nobody else calls tools, nor so many");
        }
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            String place = at + ".tool_calls[" + i + "]";
            if (!NAME.matcher(call.getName()).matches()) {
                return error("invalid_tool_call", place + ".name", NAME_LIMIT, "it is no name");
            }
            if (call.getId().isBlank() || call.getId().length() > MAX_ID_LENGTH) {
                return error(
                        "invalid_tool_call",
                        place + ".id",
                        "1.." + MAX_ID_LENGTH + " characters",
                        "a tool's answer could not name the call");
            }
            if (!isObject(call.getArguments())) {
                return error("invalid_tool_call", place + ".arguments", OBJECT_LIMIT, NO_OBJECT);
            }
        }
        return Optional.empty();
    }

    private static Optional<JobError> answersACall(Message message, String at, Set<String> calls) {
        Optional<String> id = message.getToolCallId();
        if (id.isEmpty()) {
            return Optional.empty();
        }
        return message.getRole().equals("tool") && calls.contains(id.get())
                ? Optional.empty()
                : error(
                        "invalid_tool_call",
                        at + ".tool_call_id",
                        "the id of a call before it, in a message of a tool",
                        "no such call stands before it");
    }

    static Optional<JobError> tools(InferenceJob job) {
        if (JobContent.tools(job).size() > MAX_TOOLS) {
            return error("invalid_tools", "tools", MAX_TOOLS + " tools", "there are too many");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < JobContent.tools(job).size(); i++) {
            Tool tool = JobContent.tools(job).get(i);
            String at = "tools[" + i + "]";
            if (!NAME.matcher(tool.getName()).matches() || !names.add(tool.getName())) {
                return error(
                        "invalid_tools",
                        at + ".name",
                        NAME_LIMIT + ", each once",
                        "it is no name, or stands twice");
            }
            if (!isObject(tool.getParameters())) {
                return error("invalid_tools", at + ".parameters", OBJECT_LIMIT, NO_OBJECT);
            }
        }
        return job.getToolChoice()
                .filter(choice -> names.isEmpty() || !CHOICES.contains(choice))
                .filter(choice -> !names.contains(choice))
                .flatMap(
                        choice ->
                                error(
                                        "invalid_tool_choice",
                                        "tool_choice",
                                        "auto, none, required or a tool's name, with tools",
                                        "there is no such choice"));
    }

    static Optional<JobError> responseFormat(InferenceJob job) {
        if (job.getResponseFormat().isEmpty()) {
            return Optional.empty();
        }
        ResponseFormat format = job.getResponseFormat().get();
        if (!FORMATS.contains(format.getType())) {
            return error(
                    "invalid_response_format",
                    "response_format.type",
                    "text, json_object or json_schema",
                    "the type is none of these");
        }
        if (!NAME.matcher(format.getName()).matches()) {
            return error(
                    "invalid_response_format", "response_format.name", NAME_LIMIT, "it is no name");
        }
        boolean schema = format.getType().equals("json_schema");
        boolean fits =
                schema
                        ? format.getJsonSchema().filter(Contents::isObject).isPresent()
                        : format.getJsonSchema().isEmpty();
        return fits
                ? Optional.empty()
                : error(
                        "invalid_response_format",
                        "response_format.json_schema",
                        schema ? OBJECT_LIMIT : "none",
                        schema ? NO_OBJECT : "only json_schema has a schema");
    }

    private static boolean isObject(String text) {
        if (JobChecks.utf8(text) > MAX_SCHEMA_BYTES) {
            return false;
        }
        try {
            return JSON.readTree(text).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static Optional<JobError> error(
            String code, String field, String limit, String detail) {
        return Optional.of(new JobError(code, field, limit, detail));
    }
}
