package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.workers.llama.gguf.GgufFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptTemplateTest {

    private static final List<EngineMessage> CHAT =
            List.of(
                    new EngineMessage("system", "be kind"),
                    EngineMessage.user("first?"),
                    new EngineMessage("assistant", "first."),
                    EngineMessage.user(" second? "),
                    new EngineMessage("assistant", "well"));

    @Test
    void theLastMessageOfTheUserBecomesTheQuestion() throws EngineStartException {
        // Given
        PromptTemplate template =
                PromptTemplate.of(
                        file(Optional.of("Q: {question}\nA:"), Optional.of("jinja")),
                        PromptTemplateTest::unknown);

        // Then
        assertThat(template.render(CHAT)).isEqualTo("Q: second?\nA:");
        assertThat(template.markup()).isFalse();
    }

    @Test
    void withoutAnyTemplateTheQuestionIsThePrompt() throws EngineStartException {
        // Given
        PromptTemplate template =
                PromptTemplate.of(
                        file(Optional.empty(), Optional.empty()), PromptTemplateTest::unknown);

        // Then
        assertThat(template.render(CHAT)).isEqualTo("second?");
    }

    @Test
    void aChatTemplateGetsTheWholeChat() throws EngineStartException {
        // Given
        PromptTemplate template =
                PromptTemplate.of(
                        file(Optional.empty(), Optional.of("jinja")),
                        (source, messages) -> Optional.of(source + messages.size()));

        // Then
        assertThat(template.render(CHAT)).isEqualTo("jinja5");
        assertThat(template.markup()).isTrue();
    }

    @Test
    void aChatTemplateThatIsNotRecognisedKeepsTheEngineFromStarting() {
        assertThatThrownBy(
                        () ->
                                PromptTemplate.of(
                                        file(Optional.empty(), Optional.of("odd")),
                                        PromptTemplateTest::unknown))
                .isInstanceOf(EngineStartException.class)
                .hasMessageContaining("tokenizer.chat_template")
                .hasMessageContaining("millrace.prompt_template");
    }

    private static Optional<String> unknown(String template, List<EngineMessage> messages) {
        return Optional.empty();
    }

    private static GgufFile file(Optional<String> prompt, Optional<String> chat) {
        return new GgufFile("llama", "m", 100, 9, prompt, chat);
    }
}
