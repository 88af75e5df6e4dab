package dev.millrace.workers.llama.protocol;

import dev.millrace.workers.llama.EngineInfo;
import dev.millrace.workers.llama.EngineMessage;
import dev.millrace.workers.llama.EngineReply;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineRequest;
import dev.millrace.workers.llama.EngineUsage;
import dev.millrace.workers.llama.ResponseFormat;
import dev.millrace.workers.llama.TextScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Commands and events as lines, and back. */
public final class Codec {

    private Codec() {}

    public static String line(Command command) {
        return switch (command) {
            case Command.Generate(EngineRequest request) -> request(request).toString();
            case Command.Score(String id, String text, int windowTokens) ->
                    JsonObject.of("score")
                            .with("id", id)
                            .with("text", text)
                            .with("window_tokens", windowTokens)
                            .toString();
            case Command.Cancel(String id) -> JsonObject.of("cancel").with("id", id).toString();
        };
    }

    public static Command command(String line) throws MalformedMessageException {
        JsonObject json = JsonObject.read(line);
        return switch (json.text("type")) {
            case "generate" -> new Command.Generate(request(json));
            case "score" ->
                    new Command.Score(
                            json.text("id"), json.text("text"), json.small("window_tokens"));
            case "cancel" -> new Command.Cancel(json.text("id"));
            default -> throw new MalformedMessageException("unknown type");
        };
    }

    public static String line(Event event) {
        return switch (event) {
            case Event.Ready(EngineInfo info) ->
                    JsonObject.of("ready")
                            .with("architecture", info.architecture())
                            .with("model", info.model())
                            .with("context_tokens", info.contextTokens())
                            .with("pid", info.pid())
                            .toString();
            case Event.NotStarted(String detail) ->
                    JsonObject.of("not_started").with("detail", detail).toString();
            case Event.Text(String id, String text) ->
                    JsonObject.of("text").with("id", id).with("text", text).toString();
            case Event.Done(String id, EngineReply reply) -> done(id, reply).toString();
        };
    }

    public static Event event(String line) throws MalformedMessageException {
        JsonObject json = JsonObject.read(line);
        return switch (json.text("type")) {
            case "ready" ->
                    new Event.Ready(
                            new EngineInfo(
                                    json.text("architecture"),
                                    json.text("model"),
                                    json.small("context_tokens"),
                                    json.whole("pid")));
            case "not_started" -> new Event.NotStarted(json.text("detail"));
            case "text" -> new Event.Text(json.text("id"), json.text("text"));
            case "completed", "scored", "stopped", "refused", "failed" ->
                    new Event.Done(json.text("id"), reply(json));
            default -> throw new MalformedMessageException("unknown type");
        };
    }

    private static JsonObject request(EngineRequest request) {
        List<JsonObject> messages =
                request.messages().stream()
                        .map(m -> JsonObject.message(m.role(), m.content()))
                        .toList();
        JsonObject json =
                JsonObject.of("generate")
                        .with("id", request.id())
                        .with("messages", messages)
                        .with("temperature", request.temperature())
                        .with("stop", request.stop())
                        .with("seed", request.seed());
        request.maxTokens().ifPresent(tokens -> json.with("max_tokens", tokens));
        return switch (request.format()) {
            case ResponseFormat.Text text -> json;
            case ResponseFormat.Json any -> json.with("format", "json");
            case ResponseFormat.JsonSchema(String schema) ->
                    json.with("format", "json_schema").with("schema", schema);
        };
    }

    private static EngineRequest request(JsonObject json) throws MalformedMessageException {
        List<EngineMessage> messages = new ArrayList<>();
        for (Object element : json.list("messages")) {
            if (!(element instanceof JsonObject message)) {
                throw new MalformedMessageException("messages are not objects");
            }
            messages.add(new EngineMessage(message.text("role"), message.text("content")));
        }
        List<String> stop = new ArrayList<>();
        for (Object element : json.list("stop")) {
            if (!(element instanceof String text)) {
                throw new MalformedMessageException("stop texts are not strings");
            }
            stop.add(text);
        }
        OptionalLong maxTokens = json.optionalWhole("max_tokens");
        return new EngineRequest(
                json.text("id"),
                messages,
                maxTokens.isPresent()
                        ? OptionalInt.of(json.small("max_tokens"))
                        : OptionalInt.empty(),
                json.real("temperature"),
                stop,
                json.whole("seed"),
                format(json));
    }

    private static ResponseFormat format(JsonObject json) throws MalformedMessageException {
        return switch (json.optionalText("format").orElse("text")) {
            case "text" -> new ResponseFormat.Text();
            case "json" -> new ResponseFormat.Json();
            case "json_schema" -> new ResponseFormat.JsonSchema(json.text("schema"));
            default -> throw new MalformedMessageException("unknown format");
        };
    }

    private static JsonObject done(String id, EngineReply reply) {
        return switch (reply) {
            case EngineReply.Completed(String text, FinishReason reason, EngineUsage usage) ->
                    answer("completed", id, text, usage).with("finish_reason", name(reason));
            case EngineReply.Scored(TextScore score) ->
                    JsonObject.of("scored")
                            .with("id", id)
                            .with("tokens", score.tokens())
                            .with("scored_tokens", score.scoredTokens())
                            .with("windows", score.windows())
                            .with("surprise_nats", score.surpriseNats())
                            .with("model_ms", score.modelMs());
            case EngineReply.Stopped(StopCause cause, String text, EngineUsage usage) ->
                    answer("stopped", id, text, usage).with("cause", name(cause));
            case EngineReply.Refused(String code, String field, String limit, String detail) ->
                    JsonObject.of("refused")
                            .with("id", id)
                            .with("code", code)
                            .with("field", field)
                            .with("limit", limit)
                            .with("detail", detail);
            case EngineReply.Failed(Fault fault, String detail) ->
                    JsonObject.of("failed")
                            .with("id", id)
                            .with("code", name(fault))
                            .with("detail", detail);
        };
    }

    private static JsonObject answer(String type, String id, String text, EngineUsage usage) {
        JsonObject json =
                JsonObject.of(type)
                        .with("id", id)
                        .with("text", text)
                        .with("input_tokens", usage.inputTokens())
                        .with("output_tokens", usage.outputTokens())
                        .with("model_ms", usage.modelMs());
        usage.firstTokenMs().ifPresent(ms -> json.with("first_token_ms", ms));
        return json;
    }

    private static EngineReply reply(JsonObject json) throws MalformedMessageException {
        return switch (json.text("type")) {
            case "completed" ->
                    new EngineReply.Completed(
                            json.text("text"),
                            value(FinishReason.class, json.text("finish_reason")),
                            usage(json));
            case "scored" -> new EngineReply.Scored(score(json));
            case "stopped" ->
                    new EngineReply.Stopped(
                            value(StopCause.class, json.text("cause")),
                            json.text("text"),
                            usage(json));
            case "refused" ->
                    new EngineReply.Refused(
                            json.text("code"),
                            json.text("field"),
                            json.text("limit"),
                            json.text("detail"));
            default ->
                    new EngineReply.Failed(
                            value(Fault.class, json.text("code")), json.text("detail"));
        };
    }

    private static TextScore score(JsonObject json) throws MalformedMessageException {
        return new TextScore(
                json.small("tokens"),
                json.small("scored_tokens"),
                json.small("windows"),
                json.real("surprise_nats"),
                json.whole("model_ms"));
    }

    private static EngineUsage usage(JsonObject json) throws MalformedMessageException {
        return new EngineUsage(
                json.small("input_tokens"),
                json.small("output_tokens"),
                json.optionalWhole("first_token_ms"),
                json.whole("model_ms"));
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E value(Class<E> type, String name)
            throws MalformedMessageException {
        try {
            return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessageException("unknown " + type.getSimpleName());
        }
    }
}
