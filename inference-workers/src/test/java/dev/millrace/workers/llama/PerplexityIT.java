package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.trainer.Guide;
import dev.millrace.trainer.GuideEntry;
import dev.millrace.trainer.Prompt;
import dev.millrace.trainer.bpe.BpeTrainer;
import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.workers.llama.EngineReply.Scored;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the shipped models make of texts, held against a computation that shares no code. */
class PerplexityIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    /** llama.cpp rounds what goes into a product of half precision weights to half precision. */
    private static final double ROUNDING = 0.01;

    private final List<GuideEntry> guide = Guide.load().entries();
    private final Tokenizer tokenizer =
            BpeTrainer.train(
                    guide.stream()
                            .flatMap(e -> Stream.of(Prompt.asking(e.question()), " " + e.answer()))
                            .toList(),
                    512);

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama", "guide-mamba"})
    void aTextIsAsSurprisingAsTheTrainersOwnForwardPassFindsIt(String name) throws Exception {
        // Given
        Path file = Path.of("models", name + ".gguf");
        StoredModel stored = StoredModel.read(file);
        assertThat(tokenizer.tokens()).isEqualTo(stored.tokens());
        String known = lesson(guide.getFirst());
        String unknown = "Bread is baked at home, in the evening, by people who have the time.";

        try (LlamaEngineClient engine = new LlamaEngineClient(EngineSettings.of(file))) {
            for (String text : List.of(known, unknown)) {
                // When
                TextScore score = score(engine, text, 0);

                // Then
                int[] ids = tokenizer.encode(text);
                assertThat(score.scoredTokens()).isEqualTo(ids.length);
                assertThat(score.windows()).isEqualTo(1);
                double expected = stored.meanNats(withBeginning(ids));
                assertThat(score.meanNats())
                        .isCloseTo(expected, within(ROUNDING * Math.max(1, expected)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama", "guide-mamba"})
    void aLongTextIsReadInWindows(String name) throws Exception {
        // Given
        Path file = Path.of("models", name + ".gguf");
        String text = guide.stream().map(PerplexityIT::lesson).collect(Collectors.joining("\n"));
        try (LlamaEngineClient engine = new LlamaEngineClient(EngineSettings.of(file))) {
            // When
            TextScore score = score(engine, text, 256);

            // Then
            assertThat(score.scoredTokens()).isEqualTo(tokenizer.encode(text).length);
            assertThat(score.windows()).isGreaterThan(score.tokens() / 256);
            assertThat(score.perplexity()).isBetween(1.0, 512.0);
        }
    }

    private static TextScore score(LlamaEngineClient engine, String text, int window)
            throws InterruptedException {
        EngineReply reply = engine.score("a", text, window, TIMEOUT);
        assertThat(reply).isInstanceOf(Scored.class);
        return ((Scored) reply).score();
    }

    private static String lesson(GuideEntry entry) {
        return Prompt.asking(entry.question()) + " " + entry.answer();
    }

    private static int[] withBeginning(int[] ids) {
        return IntStream.concat(IntStream.of(Tokenizer.BEGIN), IntStream.of(ids)).toArray();
    }
}
