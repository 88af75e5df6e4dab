package dev.millrace.workers.llama;

import dev.millrace.workers.llama.gguf.GgufFile;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** How the messages of a chat become the one text that a model continues. */
sealed interface PromptTemplate {

    /** The text that the model continues with its answer. */
    String render(List<EngineMessage> messages);

    /** Whether control tokens written out in the rendered text count as such. */
    boolean markup();

    /**
     * The template that a file asks for: this project's own, else the chat template, else none.
     *
     * @param chat renders messages with a chat template, if it recognises the template
     */
    static PromptTemplate of(
            GgufFile file, BiFunction<String, List<EngineMessage>, Optional<String>> chat)
            throws EngineStartException {
        if (file.promptTemplate().isPresent()) {
            return new Question(file.promptTemplate().get());
        }
        if (file.chatTemplate().isEmpty()) {
            return new Question(Question.PLACE);
        }
        String template = file.chatTemplate().get();
        if (chat.apply(template, List.of(EngineMessage.user("hello"))).isEmpty()) {
            throw new EngineStartException(
                    "llama.cpp does not recognise the model's tokenizer.chat_template; give the file"
                            + " a key "
                            + GgufFile.PROMPT_TEMPLATE
                            + " with {question} in it");
        }
        return new Chat(messages -> chat.apply(template, messages).orElseThrow());
    }

    /**
     * Only the last message of the user reaches the model, in the place of {@code {question}}: the
     * shipped models know single questions. What it says is text, never a control token.
     */
    record Question(String template) implements PromptTemplate {

        static final String PLACE = "{question}";

        @Override
        public String render(List<EngineMessage> messages) {
            return template.replace(PLACE, lastOfUser(messages).strip());
        }

        private static String lastOfUser(List<EngineMessage> messages) {
            return messages.reversed().stream()
                    .filter(message -> message.role().equals("user"))
                    .map(EngineMessage::content)
                    .findFirst()
                    .orElse("");
        }

        @Override
        public boolean markup() {
            return false;
        }
    }

    /** A chat model sees the whole chat, with control tokens around the messages. */
    record Chat(Function<List<EngineMessage>, String> renderer) implements PromptTemplate {

        @Override
        public String render(List<EngineMessage> messages) {
            return renderer.apply(messages);
        }

        @Override
        public boolean markup() {
            return true;
        }
    }
}
