package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Refused;
import dev.millrace.workers.llama.EngineReply.Scored;
import dev.millrace.workers.llama.EngineReply.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TextScoringTest {

    private static final int BEGIN = 1000;
    private static final int VOCABULARY = 1001;

    /**
     * Tokens are characters. Each is foreseen from the one before it, the surer the further on, so
     * that every position has a surprise of its own.
     */
    private static final class Foreseeing implements TokenModel {
        private final int contextTokens;
        private final boolean begins;
        private final List<Integer> window = new ArrayList<>();
        private final List<Integer> heldBefore = new ArrayList<>();
        private boolean broken;

        Foreseeing(int contextTokens, boolean begins) {
            this.contextTokens = contextTokens;
            this.begins = begins;
        }

        @Override
        public int contextTokens() {
            return contextTokens;
        }

        @Override
        public int[] tokenize(String text, boolean markup) {
            IntStream begin = begins ? IntStream.of(BEGIN) : IntStream.empty();
            return IntStream.concat(begin, text.chars()).toArray();
        }

        @Override
        public boolean read(int... tokens) {
            for (int token : tokens) {
                window.add(token);
            }
            assertThat(window).hasSizeLessThanOrEqualTo(contextTokens);
            return true;
        }

        @Override
        public boolean read(int[] tokens, ScoreReader reader) {
            for (int i = 0; i < tokens.length; i++) {
                read(tokens[i]);
                heldBefore.add(window.size());
                reader.after(i, scores());
            }
            return true;
        }

        @Override
        public float[] scores() {
            float[] scores = new float[VOCABULARY];
            int last = window.getLast();
            scores[last == BEGIN ? 0 : last + 1] = last == BEGIN ? 1 : sureness(last);
            if (broken) {
                scores[7] = Float.NaN;
            }
            return scores;
        }

        static float sureness(int token) {
            return 2 + token / 100f;
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[0];
        }

        @Override
        public boolean isEnd(int token) {
            return false;
        }

        @Override
        public void forget() {
            window.clear();
        }

        @Override
        public void close() {}
    }

    private static String text(int characters) {
        return IntStream.range(0, characters)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /** Worked out one by one, without windows. */
    private static double expected(int characters, boolean begins) {
        double nats = begins ? nats(1) : 0;
        for (int i = 1; i < characters; i++) {
            nats += nats(Foreseeing.sureness(i - 1));
        }
        return nats;
    }

    private static double nats(float score) {
        return Math.log(VOCABULARY - 1 + Math.exp(score)) - score;
    }

    @Property(tries = 200)
    void everyTokenIsJudgedOnceHoweverTheWindowsFall(
            @ForAll @IntRange(min = 2, max = 900) int characters,
            @ForAll @IntRange(min = 16, max = 200) int window,
            @ForAll boolean begins) {
        // Given
        Foreseeing model = new Foreseeing(window, begins);

        // When
        EngineReply reply = new TextScoring(model, () -> 0).score(text(characters), 0, () -> false);

        // Then
        TextScore score = ((Scored) reply).score();
        assertThat(score.tokens()).isEqualTo(characters);
        assertThat(score.scoredTokens()).isEqualTo(begins ? characters : characters - 1);
        assertThat(score.surpriseNats()).isCloseTo(expected(characters, begins), within(1e-3));
        assertThat(model.heldBefore.stream().skip(window).toList())
                .allMatch(held -> held >= window / 2);
    }

    @Test
    void aTextOfOneWindowIsReadAtOnce() {
        // When
        EngineReply reply =
                new TextScoring(new Foreseeing(64, true), () -> 0).score(text(63), 0, () -> false);

        // Then
        assertThat(((Scored) reply).score().windows()).isEqualTo(1);
    }

    @Test
    void whatCannotBeScoredIsRefusedWithTheLimit() {
        // Given
        TextScoring scoring = new TextScoring(new Foreseeing(64, true), () -> 0);

        // Then
        assertThat(scoring.score("", 0, () -> false)).isInstanceOf(Refused.class);
        assertThat(scoring.score(text(9), 65, () -> false))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.limit()).isEqualTo("16 to 64"));
    }

    @Test
    void scoresThatAreNoNumbersAreAFaultOfTheModel() {
        // Given
        Foreseeing model = new Foreseeing(64, true);
        model.broken = true;

        // Then
        assertThat(new TextScoring(model, () -> 0).score(text(9), 0, () -> false))
                .isInstanceOf(Failed.class);
    }

    @Test
    void itCanBeStopped() {
        assertThat(new TextScoring(new Foreseeing(64, true), () -> 0).score(text(9), 0, () -> true))
                .isInstanceOf(Stopped.class);
    }
}
