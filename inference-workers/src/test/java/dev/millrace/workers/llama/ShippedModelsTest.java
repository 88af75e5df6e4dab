package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.Guide;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippedModelsTest {

    private static final Path FOLDER = Path.of("models");

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama.gguf", "guide-mamba.gguf"})
    void theReadmeGivesTheSumOfTheFile(String name) throws Exception {
        // Given
        String readme = Files.readString(FOLDER.resolve("README.md"));

        // When
        byte[] file = Files.readAllBytes(FOLDER.resolve(name));
        String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));

        // Then
        assertThat(readme.lines().filter(line -> line.startsWith("| `" + name + "`")))
                .singleElement()
                .asString()
                .contains(sum);
    }

    @ParameterizedTest
    @ValueSource(strings = {"guide-llama.gguf", "guide-mamba.gguf"})
    void theModelWasTrainedOnTheGuideThatIsShipped(String name) throws Exception {
        // When
        String file = Files.readString(FOLDER.resolve(name), StandardCharsets.ISO_8859_1);

        // Then
        assertThat(file).contains(Guide.load().sha256());
    }
}
