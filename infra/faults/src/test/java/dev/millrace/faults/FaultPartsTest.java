package dev.millrace.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogReading;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultPartsTest {
    private static final URI MODELS = URI.create("http://127.0.0.1:9/v1");
    private static final Path GUIDE = Path.of("../../inference-workers/models/guide-llama.gguf");

    @TempDir Path folder;

    @Test
    void everyCatalogThatAFaultPutsInForceIsValid() throws IOException {
        // Given
        StackCatalog usual = StackCatalog.usual(MODELS, MODELS, folder.resolve("m.gguf"));
        Path file = folder.resolve("catalog.yaml");

        for (StackCatalog catalog :
                new StackCatalog[] {
                    usual,
                    usual.withChatWorkers(3),
                    usual.withFlakyWorkers(1),
                    usual.withGuideWorkers(1)
                }) {
            // When
            Files.writeString(file, catalog.text());

            // Then
            assertThat(CatalogFile.read(file)).isInstanceOf(CatalogReading.Valid.class);
        }
        assertThat(usual.withChatWorkers(3).workers(StackCatalog.CHAT)).isEqualTo(3);
        assertThat(usual.workers(StackCatalog.GUIDE)).isZero();
    }

    @Test
    void fewTenantsSendMostAndTheSameSeedDrawsTheSame() {
        // Given
        Zipf zipf = new Zipf(10, 1.1);
        int[] drawn = new int[10];

        // When
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            drawn[zipf.draw(random)]++;
        }

        // Then
        assertThat(drawn[0]).isGreaterThan(3 * drawn[4]);
        assertThat(Arrays.stream(drawn).min().orElseThrow()).isPositive();
        assertThat(zipf.draw(new Random(7))).isEqualTo(zipf.draw(new Random(7)));
    }

    @Test
    void theModelsCallsAreCountedByTheFirstWordOfThePrompt() {
        // Given
        CallBook book = new CallBook();
        book.delay("f1j2", Duration.ofMinutes(12));

        // When
        Duration first = book.began("f1j1 take your time");
        Duration second = book.began("f1j2 take your time");
        book.began("f1j2 take your time");

        // Then
        assertThat(first).isZero();
        assertThat(second).isEqualTo(Duration.ofMinutes(12));
        assertThat(book.calls("f1j1")).isEqualTo(1);
        assertThat(book.calls("f1j2")).isEqualTo(2);
        assertThat(book.calls("f1j3")).isZero();
    }

    @Test
    void thePoisonedModelDiffersFromTheGuideInContextAndSplitterOnly() throws IOException {
        // When
        Path copy = PoisonModel.make(GUIDE, folder.resolve("models/poisoned.gguf"));

        // Then
        byte[] before = Files.readAllBytes(GUIDE);
        byte[] after = Files.readAllBytes(copy);
        int different = 0;
        for (int i = 0; i < before.length; i++) {
            different += before[i] == after[i] ? 0 : 1;
        }
        assertThat(after).hasSameSizeAs(before);
        assertThat(different).isBetween(5, 9);
        assertThat(new String(after, StandardCharsets.ISO_8859_1)).contains("qwen2");
    }

    @Test
    void aRowIsWrittenUnderTheNamesThatOthersRead() throws IOException {
        // When
        String json =
                new JsonMapper()
                        .writeValueAsString(
                                new Row("worker", 20, 9, 9, 0, 0, 3, 1_000, 1_000, 7.5, true));

        // Then
        assertThat(json)
                .isEqualTo(
                        "{\"fault\":\"worker\",\"rounds\":20,\"accepted\":9,\"results\":9,\"duplicates\":0,\"lost\":0,\"reruns\":3,"
                                + "\"charged_micros\":1000,\"results_micros\":1000,\"recovery_s\":7.5,\"pass\":true}");
    }

    @Test
    void aWaitThatIsTooLongSaysWhatItWaitedForAndWhyThatFailed() {
        assertThatThrownBy(
                        () ->
                                Waiting.until(
                                        "a broker",
                                        Duration.ZERO,
                                        () -> {
                                            throw new IllegalStateException("it is dead");
                                        }))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("a broker: not so after 0 s")
                .hasMessageContaining("it is dead");
    }
}
