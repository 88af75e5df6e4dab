package dev.millrace.stack.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandInTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Summarize: Lanes hold jobs. A lane is a lane of jobs. Cats sleep.|In short: A lane is a lane of jobs.",
                "How many words are in this: the quick brown fox|There are 4 words.",
                "Sort these: pear, apple, Fig|apple, Fig, pear",
                "Extract the e-mail addresses: ask a.b@example.org or c@d.net|a.b@example.org, c@d.net",
                "Reverse this: abc|cba"
            })
    void smallTasksAreReallyDone(String question, String answer) {
        assertThat(StandIn.answer(List.of(new Turn("user", question)))).isEqualTo(answer);
    }

    @Test
    void anyOtherAnswerSaysThatItIsAStandIn() {
        assertThat(
                        StandIn.answer(
                                List.of(
                                        new Turn(
                                                "user",
                                                "Explain how partitions relate to lanes."))))
                .contains("stand-in")
                .contains("partitions");
    }

    @Property
    void thePiecesOfAnyTextGiveItBack(@ForAll String text) {
        assertThat(String.join("", TokenCounter.pieces(text))).isEqualTo(text);
    }

    @Property
    void anyMessageGetsAnAnswer(@ForAll String text) {
        assertThat(StandIn.answer(List.of(new Turn("user", text)))).isNotNull();
    }
}
