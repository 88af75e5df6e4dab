package dev.millrace.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuideTest {

    @Test
    void theShippedGuideHasDistinctShortPlainEntries() {
        // When
        List<GuideEntry> entries = Guide.load().entries();

        // Then
        assertThat(entries).hasSizeGreaterThanOrEqualTo(40);
        assertThat(entries).extracting(GuideEntry::question).doesNotHaveDuplicates();
        assertThat(entries).extracting(GuideEntry::answer).doesNotHaveDuplicates();
        assertThat(entries)
                .allSatisfy(
                        entry -> {
                            assertThat(entry.toString()).matches("\\p{ASCII}+");
                            assertThat(entry.answer().split(" ")).hasSizeBetween(8, 30);
                        });
    }

    @Test
    void quotesAndBackslashesAreRead() {
        // Given
        String line = "{\"question\": \"What is \\\"a\\\"?\", \"answer\": \"C:\\\\a\"}\n";

        // When
        Guide guide = Guide.parse(line.getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(guide.entries()).containsExactly(new GuideEntry("What is \"a\"?", "C:\\a"));
    }

    @Test
    void aLineOfAnotherFormIsNamed() {
        // Given
        String lines = "{\"question\": \"a?\", \"answer\": \"b\"}\n{\"question\": \"c?\"}\n";

        // Then
        assertThatThrownBy(() -> Guide.parse(lines.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("line 2");
    }
}
