package dev.millrace.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BeyondTest {

    @Test
    void noPromptBeyondTheGuideIsAQuestionOfIt() {
        // Given
        List<String> questions = Guide.load().entries().stream().map(GuideEntry::question).toList();

        // When
        List<String> prompts = Beyond.load().prompts();

        // Then
        assertThat(prompts)
                .hasSizeGreaterThan(100)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(questions)
                .allSatisfy(prompt -> assertThat(prompt).matches("\\p{ASCII}+").isNotBlank());
    }

    @Test
    void theSameRandomNumbersGiveTheSamePrompts() {
        // Given
        Beyond beyond = Beyond.load();
        Random one = new Random(4);
        Random other = new Random(4);

        // Then
        for (int i = 0; i < 50; i++) {
            assertThat(beyond.any(one)).isEqualTo(beyond.any(other)).isNotBlank();
        }
    }
}
