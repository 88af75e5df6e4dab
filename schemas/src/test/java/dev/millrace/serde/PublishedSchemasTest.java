package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/**
 * The files in {@code avsc/} are the contract as other languages take it: one self-contained schema
 * per record. They change only with the contract, so that a review of either shows both. {@code
 * -Dmillrace.schemas.publish=true} writes them anew.
 */
class PublishedSchemasTest {
    private static final Path FOLDER = Path.of("avsc");

    @Test
    void theFilesAreTheCompiledContract() throws IOException {
        // Given
        Map<String, String> compiled = compiled();
        if (Boolean.getBoolean("millrace.schemas.publish")) {
            publish(compiled);
        }

        // When
        Map<String, String> files = files();

        // Then
        assertThat(files)
                .as(
                        "schemas/avsc against millrace.avdl; see schemas/avsc/README.md to write it anew")
                .isEqualTo(compiled);
    }

    @Test
    void eachFileStandsAlone() throws IOException {
        for (Map.Entry<String, String> file : files().entrySet()) {
            Schema schema = new Schema.Parser().parse(file.getValue());

            assertThat(schema.getFullName() + ".avsc")
                    .isEqualTo("dev.millrace.v1." + file.getKey());
            assertThat(file.getValue()).doesNotContain("avro.java.string");
        }
    }

    @Test
    void noTextHasAPairOfBracesForItsDefault() throws IOException {
        // Apicurio looks at a schema with the quotes around such braces taken off, in which a
        // text's
        // default is then an object, and refuses it: "Failed to discover artifact type".
        for (Map.Entry<String, String> file : files().entrySet()) {
            assertThat(file.getValue()).as(file.getKey()).doesNotContainPattern(": *\"\\{}\"");
        }
    }

    private static Map<String, String> compiled() {
        Map<String, String> texts = new TreeMap<>();
        Records.schemas()
                .forEach(
                        (name, schema) -> {
                            String text = SchemaText.published(schema);
                            texts.put(
                                    name + ".avsc",
                                    new Schema.Parser().parse(text).toString(true) + "\n");
                        });
        return texts;
    }

    private static Map<String, String> files() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".avsc")).toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return texts;
    }

    private static void publish(Map<String, String> compiled) throws IOException {
        for (String stale : files().keySet()) {
            Files.delete(FOLDER.resolve(stale));
        }
        for (Map.Entry<String, String> file : compiled.entrySet()) {
            Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
        }
    }
}
