package dev.millrace.ingress.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.ingress.http.JobBody.BadBodyException;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatBodyTest {
    private static final String MESSAGES =
            "\"messages\": [{\"role\": \"user\", \"content\": \"Why?\"}]";

    @Test
    void everyFieldFindsItsPlaceInTheJob() throws Exception {
        // When
        ChatRequest request =
                read(
                        """
                        {"model": "guide-llama",
                         "messages": [
                           {"role": "developer", "content": [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]},
                           {"role": "user", "content": "Why?", "name": "ann"}],
                         "max_completion_tokens": 32, "temperature": 0.5, "top_p": 0.9, "seed": 7, "stop": "END",
                         "stream": true, "stream_options": {"include_usage": true}, "user": "u-1", "metadata": {"a": "b"},
                         "tags": ["t"], "deadline_ms": 5000, "store": false, "n": 1, "presence_penalty": 0,
                         "response_format": {"type": "text"}, "logprobs": null}
                        """);

        // Then
        InferenceJob job = request.job();
        assertThat(request.stream()).isTrue();
        assertThat(request.includeUsage()).isTrue();
        assertThat(job.getModel()).isEqualTo("guide-llama");
        assertThat(job.getMessages())
                .extracting(Message::getContent)
                .containsExactly("Be brief.", "Why?");
        assertThat(job.getMaxTokens()).contains(32);
        assertThat(job.getTemperature()).contains(0.5);
        assertThat(job.getTopP()).contains(0.9);
        assertThat(job.getSeed()).contains(7L);
        assertThat(job.getStop()).containsExactly("END");
        assertThat(job.getStream()).isTrue();
        assertThat(job.getMetadata()).isEqualTo(Map.of("a", "b", "user", "u-1"));
        assertThat(job.getTags()).containsExactly("t");
        assertThat(job.getDeadlineMs()).contains(5_000L);
        assertThat(job.getIdempotencyKey()).contains("key");
        assertThat(job.getPriority()).isEqualTo("interactive");
    }

    @Test
    void imagesToolsAndTheFormOfTheAnswerGoThrough() throws Exception {
        // When
        InferenceJob job =
                read("""
                                {"model": "cloud",
                                 "messages": [
                                   {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                                     {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low"}}]},
                                   {"role": "assistant", "content": null, "tool_calls": [
                                     {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
                                   {"role": "tool", "tool_call_id": "call_1", "content": "a cat"}],
                                 "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.",
                                   "parameters": {"type": "object", "properties": {}}, "strict": true}}],
                                 "tool_choice": {"type": "function", "function": {"name": "look"}},
                                 "response_format": {"type": "json_schema", "json_schema": {"name": "thing", "schema": {"type": "object"}, "strict": true}}}
                                """)
                        .job();

        // Then
        Message shown = job.getMessages().getFirst();
        assertThat(shown.getContent()).isEmpty();
        assertThat(shown.getParts().orElseThrow().get(0).getText()).isEqualTo("What is this?");
        assertThat(shown.getParts().orElseThrow().get(1).getUrl())
                .contains("https://example.com/a.png");
        assertThat(shown.getParts().orElseThrow().get(1).getDetail()).contains("low");
        assertThat(job.getMessages().get(1).getToolCalls().orElseThrow().getFirst().getName())
                .isEqualTo("look");
        assertThat(job.getMessages().get(2).getToolCallId()).contains("call_1");
        assertThat(job.getTools().orElseThrow().getFirst().getParameters())
                .isEqualTo("{\"type\":\"object\",\"properties\":{}}");
        assertThat(job.getToolChoice()).contains("look");
        assertThat(job.getResponseFormat().orElseThrow().getType()).isEqualTo("json_schema");
        assertThat(job.getResponseFormat().orElseThrow().getName()).isEqualTo("thing");
        assertThat(job.getResponseFormat().orElseThrow().getJsonSchema())
                .contains("{\"type\":\"object\"}");
    }

    @Test
    void wordsInPartsAreTheSameJobAsWordsAlone() throws Exception {
        InferenceJob parts =
                read("{\"model\": \"auto\", \"messages\": [{\"role\": \"user\", \"content\":"
                                + " [{\"type\": \"text\", \"text\": \"Why?\"}]}], \"tools\": [],"
                                + " \"tool_choice\": \"none\"}")
                        .job();
        assertThat(parts).isEqualTo(read("{\"model\": \"auto\", " + MESSAGES + "}").job());
    }

    @ParameterizedTest
    @CsvSource({"auto, interactive", "priority, interactive", "flex, standard"})
    void theServiceTierIsTheJobsPriority(String tier, String priority) throws Exception {
        assertThat(read(with("\"service_tier\": \"" + tier + "\"")).job().getPriority())
                .isEqualTo(priority);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"n\": 2",
                "\"frequency_penalty\": 0.5",
                "\"logit_bias\": {\"50256\": -100}",
                "\"logprobs\": true",
                "\"audio\": {\"voice\": \"x\"}",
                "\"modalities\": [\"text\", \"audio\"]",
                "\"web_search_options\": {}",
            })
    void whatWouldChangeTheAnswerAndCannotBeDoneIsRefused(String field) {
        assertThat(refused(with(field)).error().getCode()).isEqualTo("unsupported_parameter");
        assertThat(refused(with(field)).error().getField())
                .contains(field.substring(1, field.indexOf('"', 1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"max_token\": 3 | unknown_field | max_token",
                "\"max_tokens\": 3, \"max_completion_tokens\": 4 | max_tokens_out_of_range |"
                        + " max_tokens",
                "\"stream\": \"yes\" | wrong_type | stream",
                "\"stream_options\": {\"include_usage\": true} | unsupported_value | stream_options",
                "\"service_tier\": \"gold\" | unsupported_value | service_tier",
                "\"stop\": 3 | wrong_type | stop",
                "\"tools\": [{\"type\": \"web_search\"}] | unsupported_value | tools[0].type",
                "\"response_format\": {} | missing_field | response_format.type",
            })
    void whatIsWrongIsNamed(String field, String code, String place) {
        BadBodyException bad = refused(with(field));
        assertThat(bad.error().getCode()).isEqualTo(code);
        assertThat(bad.error().getField()).contains(place);
    }

    @Test
    void theModelMustBeNamed() {
        BadBodyException bad = refused("{" + MESSAGES + "}");
        assertThat(bad.error().getCode()).isEqualTo("missing_field");
        assertThat(bad.error().getField()).contains("model");
    }

    private static String with(String field) {
        return "{\"model\": \"auto\", " + MESSAGES + ", " + field + "}";
    }

    private static ChatRequest read(String body) throws BadBodyException {
        return ChatBody.read(body.getBytes(StandardCharsets.UTF_8), Optional.of("key"));
    }

    private static BadBodyException refused(String body) {
        return catchThrowableOfType(BadBodyException.class, () -> read(body));
    }
}
