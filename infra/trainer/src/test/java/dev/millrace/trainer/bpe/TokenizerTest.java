package dev.millrace.trainer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TokenizerTest {

    private static final List<String> TEXTS =
            List.of("the lane is a lane", "the job in the lane", "it's the 7th job, isn't it?");

    private final Tokenizer tokenizer = BpeTrainer.train(TEXTS, 268);

    @Property(tries = 300)
    void decodingGivesBackAnyText(@ForAll String text) {
        // Given: lone surrogates have no UTF-8 form
        String encodable =
                new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

        // When
        int[] ids = tokenizer.encode(encodable);

        // Then
        assertThat(tokenizer.decode(ids)).isEqualTo(encodable);
        assertThat(
                        Arrays.stream(ids)
                                .allMatch(id -> id > Tokenizer.PADDING && id < tokenizer.size()))
                .isTrue();
    }

    @Property(tries = 100)
    void theOrderOfTheTextsDoesNotMatter(@ForAll("shuffled") List<String> texts) {
        assertThat(BpeTrainer.train(texts, 268).tokens()).isEqualTo(tokenizer.tokens());
    }

    @Provide
    Arbitrary<List<String>> shuffled() {
        return Arbitraries.shuffle(TEXTS);
    }

    @Test
    void frequentWordsBecomeOneToken() {
        assertThat(tokenizer.encode("the")).hasSize(1);
        assertThat(tokenizer.encode(" lane")).hasSize(1);
        assertThat(tokenizer.encode("xyz")).hasSize(3);
    }

    @Test
    void theVocabularyHasTheAskedSizeAndNoTokenTwice() {
        assertThat(tokenizer.tokens()).hasSize(268).doesNotHaveDuplicates();
    }

    @Test
    void trainingStopsWhenNoPairComesTwice() {
        assertThat(BpeTrainer.train(List.of("abc"), 512).size()).isEqualTo(Tokenizer.FIRST_MERGE);
    }

    @Test
    void wordsAreSplitAsGpt2SplitsThem() {
        assertThat(Words.split("It's 10 jobs,  no?\n"))
                .containsExactly("It", "'s", " 10", " jobs", ",", " ", " no", "?", "\n");
    }

    @Test
    void controlTokensInATextAreJustText() {
        // When
        int[] ids = tokenizer.encode("<|end|>");

        // Then
        assertThat(Arrays.stream(ids).noneMatch(Tokenizer::isControl)).isTrue();
    }
}
