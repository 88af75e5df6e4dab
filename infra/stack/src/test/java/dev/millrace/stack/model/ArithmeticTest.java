package dev.millrace.stack.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArithmeticTest {

    @ParameterizedTest
    @CsvSource({
        "What is 2 + 3 * 4?, 2 + 3 * 4 = 14",
        "(2 + 3) * 4 please, (2 + 3) * 4 = 20",
        "Work out 10/4, 10/4 = 2.5",
        "How much is 3 × 5?, 3 * 5 = 15",
        "-3 - -4, -3 - -4 = 1"
    })
    void sumsInSentencesAreWorkedOut(String text, String answer) {
        assertThat(Arithmetic.solve(text)).contains(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no digits at all",
                "in 2024 there were 3 of them",
                "1/0",
                "((1+2)",
                "call 555"
            })
    void whatIsNoSumHasNoValue(String text) {
        assertThat(Arithmetic.solve(text)).isEmpty();
    }

    @Property
    void sumsOfWholeNumbersAreExact(
            @ForAll @IntRange(min = 0) int a,
            @ForAll @IntRange(min = 0) int b,
            @ForAll @IntRange(min = 0, max = 9_999) int c) {
        String sum = a + " + " + b + " * " + c;

        assertThat(Arithmetic.solve("What is " + sum + "?"))
                .contains(sum + " = " + (a + (long) b * c));
    }
}
