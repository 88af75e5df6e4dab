package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.ContentPart;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Message;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.Tool;
import dev.millrace.v1.ToolCall;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobContentTest {
    private static final String IMAGE = "data:image/png;base64,AAAA";

    @Test
    void aMessageSaysItsContentAndThenItsPartsOfText() {
        assertThat(Messages.text(shows("What is this?")))
                .isEqualTo("What is this?\nSay it in French");
        assertThat(Messages.images(shows("What is this?"))).hasSize(1);
        assertThat(Messages.text(Messages.user("plain"))).isEqualTo("plain");
    }

    @Test
    void aMessageThatOnlyShowsOrCallsSomethingIsNotEmpty() {
        assertThat(Messages.isEmpty(Messages.user("  "))).isTrue();
        assertThat(Messages.isEmpty(shows(""))).isFalse();
        assertThat(
                        Messages.isEmpty(
                                Message.newBuilder(Messages.of("assistant", ""))
                                        .setToolCalls(List.of(new ToolCall("1", "find", "{}")))
                                        .build()))
                .isFalse();
    }

    @Test
    void everythingThatAProviderReadsIsCounted() {
        // Given
        InferenceJob plain =
                InferenceJob.newBuilder().setMessages(List.of(Messages.user("abcd"))).build();
        InferenceJob rich =
                InferenceJob.newBuilder()
                        .setMessages(List.of(shows("abcd")))
                        .setTools(List.of(new Tool("find", "Finds it", "{\"type\":\"object\"}")))
                        .build();

        // Then
        assertThat(JobContent.bytes(plain)).isEqualTo(4);
        assertThat(JobContent.bytes(rich)).isGreaterThan(4 + IMAGE.length() + 25);
        assertThat(JobContent.inputTokens(plain)).isEqualTo(5);
        assertThat(JobContent.inputTokens(rich)).isGreaterThan(1_000);
    }

    @Test
    void anEmbeddingsInputIsItsContent() {
        InferenceJob job =
                InferenceJob.newBuilder()
                        .setKind("embedding")
                        .setMessages(List.of())
                        .setInput(List.of("abcd", "efgh"))
                        .build();

        assertThat(JobContent.isEmpty(job)).isFalse();
        assertThat(JobContent.bytes(job)).isEqualTo(8);
        assertThat(JobContent.inputTokens(job)).isEqualTo(2);
    }

    @Test
    void anAnswersBytesAreThoseOfTextCallsAndVectors() {
        Succeeded answer =
                new Succeeded(
                        "four",
                        "stop",
                        List.of(new ToolCall("1", "find", "{}")),
                        List.of(List.of(1f, 2f)));

        assertThat(Answers.bytes(answer)).isEqualTo(4 + 16 + 7 + 16 + 8);
        assertThat(Answers.bytes(Answers.of("four", "stop"))).isEqualTo(4);
    }

    private static Message shows(String content) {
        return Message.newBuilder(Messages.user(content))
                .setParts(
                        List.of(
                                ContentPart.newBuilder()
                                        .setType(Messages.IMAGE)
                                        .setUrl(IMAGE)
                                        .build(),
                                ContentPart.newBuilder().setText("Say it in French").build()))
                .build();
    }
}
