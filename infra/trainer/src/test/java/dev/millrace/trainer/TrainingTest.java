package dev.millrace.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.bpe.BpeTrainer;
import dev.millrace.trainer.bpe.Tokenizer;
import dev.millrace.trainer.model.LanguageModel;
import dev.millrace.trainer.model.LlamaModel;
import dev.millrace.trainer.model.MambaModel;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTest {

    private static final Guide SMALL =
            new Guide(
                    List.of(
                            new GuideEntry("What is a lane?", "One model and its workers."),
                            new GuideEntry("What is a job?", "One request."),
                            new GuideEntry("Who pays?", "The tenant of the job pays.")),
                    "0".repeat(64));

    private static final Beyond OTHERS =
            new Beyond(List.of("Why is the sky blue?", "Add 2 and 2."));

    private static final Tokenizer TOKENIZER = BpeTrainer.train(List.of("What is a job?"), 270);

    static Stream<LongFunction<LanguageModel>> models() {
        int size = TOKENIZER.size();
        return Stream.of(
                seed -> new LlamaModel(new LlamaModel.Shape(size, 32, 1, 2, 64), seed),
                seed -> new MambaModel(new MambaModel.Shape(size, 32, 1, 4), seed));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aModelLearnsASmallGuideByHeart(LongFunction<LanguageModel> models) {
        // Given
        Training training = training(models.apply(1), 120, 1);

        // When
        training.run((step, loss) -> {});

        // Then
        assertThat(training.exactAnswers()).isEqualTo(SMALL.entries().size());
    }

    @ParameterizedTest
    @MethodSource("models")
    void theSameSeedGivesTheSameFile(LongFunction<LanguageModel> models) {
        // When
        byte[] once = trained(models, 7);
        byte[] again = trained(models, 7);
        byte[] other = trained(models, 8);

        // Then
        assertThat(again).isEqualTo(once);
        assertThat(other).isNotEqualTo(once);
    }

    private static byte[] trained(LongFunction<LanguageModel> models, long seed) {
        LanguageModel model = models.apply(seed);
        training(model, 5, seed).run((step, loss) -> {});
        return ModelFile.bytes("small", model, TOKENIZER, SMALL);
    }

    private static Training training(LanguageModel model, int steps, long seed) {
        return new Training(
                model, TOKENIZER, SMALL, OTHERS, new TrainingPlan(steps, 3, 1, 1e-2f, 0.01f, seed));
    }
}
