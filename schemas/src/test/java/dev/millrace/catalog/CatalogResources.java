package dev.millrace.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The catalog files of the tests. */
final class CatalogResources {
    private CatalogResources() {}

    static Path file(String name) {
        try {
            return Path.of(CatalogResources.class.getResource("/catalog/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> broken() {
        try (Stream<Path> files = Files.list(file("broken"))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CatalogReading.Valid valid(String yaml) {
        return switch (CatalogFile.read("catalog.yaml", yaml)) {
            case CatalogReading.Valid valid -> valid;
            case CatalogReading.Invalid invalid ->
                    throw new AssertionError("not valid: " + invalid.problems());
        };
    }

    static List<String> problems(CatalogReading reading) {
        return switch (reading) {
            case CatalogReading.Valid valid -> List.of();
            case CatalogReading.Invalid invalid ->
                    invalid.problems().stream().map(Problem::toString).toList();
        };
    }
}
