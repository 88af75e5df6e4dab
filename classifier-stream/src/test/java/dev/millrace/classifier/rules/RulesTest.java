package dev.millrace.classifier.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.millrace.job.Messages;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    private static final VerticalRules VERTICALS = VerticalRules.bundled();
    private static final Complexity COMPLEXITY = Complexity.bundled();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    CODE        | My Java service throws a NullPointerException, here is the stack trace
                    CODE        | Write a SQL query that returns the second highest salary
                    MATH        | Find all real roots of the polynomial x^3 - 3x + 2 = 0
                    MATH        | Anna has 12 marbles and gives away 5. How many are left?
                    LEGAL       | Can my landlord evict me without a court order, and is the clause valid?
                    MEDICAL     | A 45-year-old man presents with chest pain and shortness of breath
                    FINANCE     | Should I put my savings into index funds or pay off my mortgage first?
                    SCIENCE     | How does photosynthesis convert light energy in plant cells?
                    CREATIVE    | Write a short story about a dragon who is afraid of heights
                    SUPPORT     | I want to cancel my order and get a refund, where do I do that?
                    TRANSLATION | Translate this sentence into German: where is the station?
                    GENERAL     | What should I do on a three day trip to Lisbon?
                    """)
    void aPlainCaseIsWhatAPersonWouldSay(Vertical expected, String prompt) {
        VerticalRules.Verdict verdict = VERTICALS.judge(PromptText.of(prompt));

        assertThat(verdict.vertical()).as(verdict.reason()).isEqualTo(expected);
        assertThat(verdict.confidence()).isGreaterThan(0.3);
    }

    @Test
    void aTextWithoutWordsIsUnknown() {
        assertThat(VERTICALS.judge(PromptText.of("  ... !!")).vertical())
                .isEqualTo(Vertical.UNKNOWN);
        assertThat(VERTICALS.judge(PromptText.of("")).confidence()).isZero();
    }

    @Test
    void aTextThatSpeaksForEverythingIsUnknown() {
        String everything = "python; polynomial; plaintiff; dividends; photosynthesis; sonnet";

        assertThat(VERTICALS.judge(PromptText.of(everything)).vertical())
                .isEqualTo(Vertical.UNKNOWN);
    }

    @Test
    void theUsersWordsCountAndNotTheSystems() {
        PromptText text =
                PromptText.of(
                        List.of(
                                Messages.of("system", "You are a doctor who treats patients."),
                                Messages.of("user", "Refactor this Python function")));

        assertThat(VERTICALS.judge(text).vertical()).isEqualTo(Vertical.CODE);
    }

    @Test
    void whatIsAskedAfterALongTextIsRead() {
        PromptText text =
                PromptText.of(
                        List.of(
                                Messages.of(
                                        "user",
                                        "lorem ipsum ".repeat(10_000)
                                                + "\nTranslate the above into French.")));

        assertThat(text.words()).contains("translate", "french");
        assertThat(text.text().length()).isLessThanOrEqualTo(PromptText.MAX_CHARS);
    }

    @Test
    void aProofAsksForMoreThanACapital() {
        Complexity.Verdict capital =
                COMPLEXITY.judge(PromptText.of("What is the capital of France?"));
        Complexity.Verdict proof =
                COMPLEXITY.judge(
                        PromptText.of(
                                "Prove that for all integers n there exists a polynomial with"
                                        + " integer roots such that the sum of all its coefficients"
                                        + " is congruent to n modulo 7, and analyze the time"
                                        + " complexity of finding it step by step."));

        assertThat(capital.level()).isEqualTo(Level.SIMPLE);
        assertThat(proof.level()).isEqualTo(Level.HARD);
        assertThat(proof.reason()).startsWith("complexity=hard: score 0.");
    }

    @Property(tries = 300)
    void anyTextGetsAVerdictInBounds(@ForAll("texts") String any) {
        PromptText text = PromptText.of(any);
        VerticalRules.Verdict vertical = VERTICALS.judge(text);
        Complexity.Verdict level = COMPLEXITY.judge(text);

        assertThat(vertical.confidence()).isBetween(0.0, 1.0);
        assertThat(level.score()).isBetween(0.0, 1.0);
        assertThat(level.confidence()).isBetween(0.0, 1.0);
        assertThat(vertical.reason()).hasSizeLessThan(300);
        assertThat(text.text().length()).isLessThanOrEqualTo(PromptText.MAX_CHARS);
        assertThat(VERTICALS.judge(PromptText.of(any))).isEqualTo(vertical);
    }

    @Test
    void aHostileTextCostsNoMoreThanItsLength() {
        String nested = "write a write a write a ".repeat(100_000);

        assertTimeout(
                Duration.ofSeconds(2),
                () -> {
                    PromptText text = PromptText.of(nested);
                    VERTICALS.judge(text);
                    COMPLEXITY.judge(text);
                });
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> words =
                Arbitraries.of(
                                "what",
                                "is",
                                "the",
                                "python",
                                "c++",
                                "$5",
                                "\\frac{a}{b}",
                                "{",
                                "};",
                                "```",
                                "\n",
                                "- ",
                                "translate",
                                "¿qué?",
                                "翻译",
                                "x^2",
                                "=",
                                "12",
                                "refund",
                                "my",
                                "order",
                                "prove")
                        .list()
                        .ofMaxSize(60)
                        .map(list -> String.join(" ", list));
        return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(400), words);
    }
}
