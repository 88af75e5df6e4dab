package dev.millrace.workers.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpMethod;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.provider.StreamErrorException.Kind;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * AWS Bedrock's ConverseStream, without AWS's SDK: its clients bring an HTTP stack of their own,
 * with timeouts, retries and threads that the lane's do not reach. A plain answer is a stream that
 * nobody listens to.
 */
final class BedrockAdapter implements Adapter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;
    private final HttpClient http;

    BedrockAdapter(URI baseUrl, String model, HttpClientBuilder http) {
        String encoded = URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
        this.url = baseUrl + "/model/" + encoded + "/converse-stream";
        this.http = http.build();
    }

    @Override
    public void chat(Prompt prompt, Answer answer) {
        HttpRequest request =
                HttpRequest.builder()
                        .method(HttpMethod.POST)
                        .url(url)
                        .addHeader("Content-Type", "application/json")
                        .body(BedrockRequests.body(prompt).toString())
                        .build();
        http.execute(request, new EventStream(), new Stream(answer));
    }

    /** A tool's call while its arguments are still coming. */
    private static final class Calling {
        private final String id;
        private final String name;
        private final StringBuilder arguments = new StringBuilder();

        Calling(JsonNode start) {
            this.id = start.path("toolUseId").asText();
            this.name = start.path("name").asText();
        }

        ToolExecutionRequest call() {
            return ToolExecutionRequest.builder()
                    .id(id)
                    .name(name)
                    .arguments(arguments.isEmpty() ? "{}" : arguments.toString())
                    .build();
        }
    }

    /** Puts the answer together. On the calling thread. */
    private static final class Stream implements ServerSentEventListener {
        private final Answer answer;
        private final StringBuilder text = new StringBuilder();
        private final Map<Integer, Calling> calls = new TreeMap<>();
        private @Nullable FinishReason end;
        private @Nullable BedrockUsage usage;

        Stream(Answer answer) {
            this.answer = answer;
        }

        @Override
        public void onEvent(ServerSentEvent event) {
            String name = event.event();
            if (name.startsWith(EventStream.ERROR)) {
                answer.onError(new StreamErrorException(kind(name)));
                return;
            }
            try {
                read(name, JSON.readTree(event.data()));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void read(String name, JsonNode data) {
            int block = data.path("contentBlockIndex").asInt();
            switch (name) {
                case "contentBlockStart" -> {
                    if (data.path("start").has("toolUse")) {
                        calls.put(block, new Calling(data.path("start").path("toolUse")));
                    }
                }
                case "contentBlockDelta" -> delta(block, data.path("delta"));
                case "messageStop" -> end = reason(data.path("stopReason").asText());
                case "metadata" -> usage = usage(data.path("usage"));
                default -> {
                    // messageStart and contentBlockStop tell nothing new
                }
            }
        }

        private void delta(int block, JsonNode delta) {
            if (delta.path("text").isTextual()) {
                String piece = delta.path("text").textValue();
                text.append(piece);
                answer.onPartialResponse(piece);
            }
            Calling calling = calls.get(block);
            if (calling != null && delta.has("toolUse")) {
                calling.arguments.append(delta.path("toolUse").path("input").asText());
            }
        }

        @Override
        public void onClose() {
            if (end == null) {
                return;
            }
            answer.onCompleteResponse(
                    ChatResponse.builder()
                            .aiMessage(
                                    AiMessage.builder()
                                            .text(text.isEmpty() ? null : text.toString())
                                            .toolExecutionRequests(
                                                    calls.values().stream()
                                                            .map(Calling::call)
                                                            .toList())
                                            .build())
                            .metadata(
                                    ChatResponseMetadata.builder()
                                            .finishReason(end)
                                            .tokenUsage(usage)
                                            .build())
                            .build());
        }

        @Override
        public void onError(Throwable error) {
            answer.onError(error);
        }

        private static @Nullable BedrockUsage usage(JsonNode usage) {
            return usage.path("inputTokens").isIntegralNumber()
                    ? new BedrockUsage(
                            usage.path("inputTokens").asLong(),
                            usage.path("cacheReadInputTokens").asLong(),
                            usage.path("cacheWriteInputTokens").asLong(),
                            usage.path("outputTokens").asLong())
                    : null;
        }

        private static FinishReason reason(String word) {
            return switch (word) {
                case "end_turn", "stop_sequence" -> FinishReason.STOP;
                case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
                case "tool_use" -> FinishReason.TOOL_EXECUTION;
                case "guardrail_intervened", "content_filtered" -> FinishReason.CONTENT_FILTER;
                default -> FinishReason.OTHER;
            };
        }

        private static Kind kind(String name) {
            String error = name.toLowerCase(Locale.ROOT);
            return error.contains("throttling")
                    ? Kind.RATE_LIMITED
                    : error.contains("validation") ? Kind.INVALID : Kind.SERVER;
        }
    }
}
