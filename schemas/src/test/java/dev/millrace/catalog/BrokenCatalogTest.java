package dev.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file in {@code broken} says in comments ({@code #>}) what is to be said about it. */
class BrokenCatalogTest {
    private static final String EXPECTED = "#> ";

    @ParameterizedTest
    @MethodSource("dev.millrace.catalog.CatalogResources#broken")
    void everyMistakeOfABrokenFileIsNamedWithItsLineAndField(Path file) throws IOException {
        // Given
        List<String> expected =
                Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith(EXPECTED))
                        .map(line -> file + ":" + line.substring(EXPECTED.length()))
                        .toList();

        // When
        CatalogReading reading = CatalogFile.read(file);

        // Then
        assertThat(expected).isNotEmpty();
        assertThat(CatalogResources.problems(reading)).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.catalog.CatalogResources#broken")
    void aSecretThatStandsInAFileIsNeverRepeated(Path file) {
        assertThat(CatalogResources.problems(CatalogFile.read(file)))
                .noneMatch(problem -> problem.contains("HUSH"));
    }

    @Test
    void thereAreEnoughBrokenFiles() {
        assertThat(CatalogResources.broken()).hasSizeGreaterThanOrEqualTo(10);
        assertThat(CatalogResources.text("broken/plain-secrets.yaml")).contains("HUSH");
    }
}
