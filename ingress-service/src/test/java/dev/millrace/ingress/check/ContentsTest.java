package dev.millrace.ingress.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.Examples;
import dev.millrace.job.Messages;
import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.ResponseFormat;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ContentsTest {
    private static final Tool FIND = new Tool("find", "Finds it", "{\"type\":\"object\"}");
    private static final ToolCall CALL = new ToolCall("call-1", "find", "{\"q\":1}");
    private static final String PIXEL = "data:image/png;base64,iVBORw0KGgo=";

    @Test
    void aJobWithImagesToolsAndASchemaIsAccepted() {
        // Given
        InferenceJob job =
                Examples.job()
                        .setTenant("acme")
                        .setMessages(
                                List.of(
                                        shows(PIXEL),
                                        calls(CALL),
                                        Message.newBuilder(Messages.of("tool", "found"))
                                                .setToolCallId("call-1")
                                                .build()))
                        .setTools(List.of(FIND))
                        .setToolChoice("find")
                        .setResponseFormat(format("json_schema", "{\"type\":\"object\"}"))
                        .build();

        // When
        Checked checked = JobChecks.check(job, Examples.ACME, Examples.CATALOG);

        // Then
        assertThat(checked)
                .isInstanceOfSatisfying(
                        Checked.Accepted.class,
                        accepted -> assertThat(accepted.submission().getJob()).isEqualTo(job));
    }

    @Test
    void anEmbeddingIsAccepted() {
        InferenceJob job = embedding("one", "two").setDimensions(64).build();

        assertThat(JobChecks.check(job, Examples.ACME, Examples.CATALOG))
                .isInstanceOf(Checked.Accepted.class);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("wrongJobs")
    void whatIsWrongIsNamed(String code, String field, UnaryOperator<InferenceJob.Builder> change) {
        // When
        Checked checked =
                JobChecks.check(
                        change.apply(Examples.job()).build(), Examples.ACME, Examples.CATALOG);

        // Then
        assertThat(checked)
                .isInstanceOfSatisfying(
                        Checked.Refused.class,
                        refused -> {
                            assertThat(refused.error().getCode()).isEqualTo(code);
                            assertThat(refused.error().getField()).contains(field);
                            assertThat(refused.error().getLimit()).isPresent();
                        });
    }

    static Stream<Arguments> wrongJobs() {
        return Stream.of(
                wrong("invalid_kind", "kind", job -> job.setKind("rerank")),
                wrong("invalid_input", "input", job -> job.setInput(List.of("text"))),
                wrong("invalid_input", "dimensions", job -> job.setDimensions(3)),
                wrong("empty_prompt", "input", job -> embedding()),
                wrong("empty_prompt", "input[1]", job -> embedding("one", " ")),
                wrong("invalid_input", "input", job -> embedding(many("x", 257))),
                wrong("invalid_dimensions", "dimensions", job -> embedding("x").setDimensions(0)),
                wrong(
                        "invalid_input",
                        "messages",
                        job -> embedding("x").setMessages(List.of(Examples.message("x")))),
                wrong("invalid_input", "stream", job -> embedding("x").setStream(true)),
                wrong("prompt_too_large", "messages", job -> says(shows(PIXEL + "A".repeat(996)))),
                wrong("invalid_content", "messages[0].parts[0].url", job -> says(shows("ftp://a"))),
                wrong(
                        "invalid_content",
                        "messages[0].parts[0].url",
                        job -> says(shows("data:text/html;base64,AAAA"))),
                wrong(
                        "invalid_content",
                        "messages[0].parts[0].type",
                        job -> says(part("user", ContentPart.newBuilder().setType("video")))),
                wrong(
                        "invalid_content",
                        "messages[0].parts[0]",
                        job ->
                                says(
                                        part(
                                                "system",
                                                ContentPart.newBuilder()
                                                        .setType("image_url")
                                                        .setUrl(PIXEL)))),
                wrong(
                        "invalid_tool_call",
                        "messages[0].tool_calls",
                        job ->
                                says(
                                        Message.newBuilder(Messages.user("x"))
                                                .setToolCalls(List.of(CALL))
                                                .build())),
                wrong(
                        "invalid_tool_call",
                        "messages[0].tool_calls[0].arguments",
                        job -> says(calls(new ToolCall("1", "find", "[1]")))),
                wrong(
                        "invalid_tool_call",
                        "messages[0].tool_call_id",
                        job ->
                                says(
                                        Message.newBuilder(Messages.of("tool", "x"))
                                                .setToolCallId("nobody")
                                                .build())),
                wrong("invalid_tools", "tools[1].name", job -> job.setTools(List.of(FIND, FIND))),
                wrong(
                        "invalid_tools",
                        "tools[0].parameters",
                        job -> job.setTools(List.of(new Tool("find", "", "{")))),
                wrong(
                        "invalid_tools",
                        "tools",
                        job -> job.setTools(Collections.nCopies(129, new Tool("f", "", "")))),
                wrong("invalid_tool_choice", "tool_choice", job -> job.setToolChoice("auto")),
                wrong(
                        "invalid_tool_choice",
                        "tool_choice",
                        job -> job.setTools(List.of(FIND)).setToolChoice("lose")),
                wrong(
                        "invalid_response_format",
                        "response_format.type",
                        job -> job.setResponseFormat(format("xml", null))),
                wrong(
                        "invalid_response_format",
                        "response_format.json_schema",
                        job -> job.setResponseFormat(format("json_schema", "{]"))),
                wrong(
                        "invalid_response_format",
                        "response_format.json_schema",
                        job -> job.setResponseFormat(format("json_object", "{}"))),
                wrong(
                        "invalid_character",
                        "messages",
                        job -> job.setTools(List.of(new Tool("find", "\u0000", "{}")))));
    }

    private static Arguments wrong(
            String code, String field, UnaryOperator<InferenceJob.Builder> change) {
        return Arguments.of(code, field, change);
    }

    private static InferenceJob.Builder embedding(String... input) {
        return InferenceJob.newBuilder()
                .setKind("embedding")
                .setMessages(List.of())
                .setInput(List.of(input));
    }

    private static String[] many(String text, int count) {
        return Collections.nCopies(count, text).toArray(String[]::new);
    }

    private static InferenceJob.Builder says(Message message) {
        return Examples.job().setMessages(List.of(message));
    }

    private static Message shows(String url) {
        return part("user", ContentPart.newBuilder().setType(Messages.IMAGE).setUrl(url));
    }

    private static Message part(String role, ContentPart.Builder part) {
        return Message.newBuilder(Messages.of(role, "What is this?"))
                .setParts(List.of(part.build()))
                .build();
    }

    private static Message calls(ToolCall call) {
        return Message.newBuilder(Messages.of("assistant", "")).setToolCalls(List.of(call)).build();
    }

    private static ResponseFormat format(String type, @Nullable String schema) {
        return ResponseFormat.newBuilder().setType(type).setJsonSchema(schema).build();
    }
}
