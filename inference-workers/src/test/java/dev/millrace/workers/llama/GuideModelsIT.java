package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.Guide;
import dev.millrace.trainer.GuideEntry;
import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped models, through llama.cpp. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuideModelsIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final LlamaEngineClient llama = client("guide-llama");
    private final LlamaEngineClient mamba = client("guide-mamba");

    private static LlamaEngineClient client(String name) {
        return new LlamaEngineClient(EngineSettings.of(Path.of("models", name + ".gguf")));
    }

    @BeforeAll
    void start() throws Exception {
        llama.start();
        mamba.start();
    }

    @AfterAll
    void stop() {
        llama.close();
        mamba.close();
    }

    private LlamaEngineClient engine(String name) {
        return name.equals("guide-llama") ? llama : mamba;
    }

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama", "guide-mamba"})
    void theGuideIsAnsweredExactlyAndCounted(String name) throws Exception {
        // Given
        List<GuideEntry> entries = Guide.load().entries();
        int exact = 0;

        for (GuideEntry entry : entries) {
            // When
            StringBuilder streamed = new StringBuilder();
            EngineReply reply =
                    engine(name)
                            .complete(
                                    EngineRequest.asking(entry.question(), entry.question()),
                                    TIMEOUT,
                                    streamed::append);

            // Then
            assertThat(reply).isInstanceOf(Completed.class);
            Completed completed = (Completed) reply;
            assertThat(completed.text()).isEqualTo(streamed.toString());
            assertThat(completed.usage().inputTokens()).isPositive();
            assertThat(completed.usage().outputTokens()).isPositive();
            assertThat(completed.usage().firstTokenMs()).isPresent();
            exact += completed.text().strip().equals(entry.answer()) ? 1 : 0;
        }
        assertThat((double) exact / entries.size()).isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama", "guide-mamba"})
    void aPromptBeyondTheGuideIsNotAnsweredFromIt(String name) throws Exception {
        // Given
        EngineRequest request = EngineRequest.asking("a", "How do I bake bread at home?");

        // When
        EngineReply reply = engine(name).complete(request, TIMEOUT, text -> {});

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Completed.class,
                        completed -> {
                            assertThat(completed.text())
                                    .startsWith("I only know the Millrace guide");
                            assertThat(completed.finishReason()).isEqualTo(FinishReason.STOP);
                        });
    }
}
