package dev.millrace.trainer.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GgufWriterTest {

    @Test
    void keysAndTensorsComeBackAsTheyWentIn() {
        // Given
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("a.text", "mühle");
        keys.put("a.number", 7);
        keys.put("a.share", 0.5f);
        keys.put("a.flag", true);
        keys.put("a.words", List.of("x", "y z"));
        keys.put("a.kinds", new int[] {1, 3});
        float[][] row = {{1, -2, 3.5f}};
        float[][] rows = {{0.1f, 0.2f}, {0.3f, 0.4f}, {0.5f, 0.6f}};

        // When
        byte[] file =
                GgufWriter.write(
                        keys, List.of(GgufTensor.full("one", row), GgufTensor.half("two", rows)));
        GgufReading read = new GgufReading(file);

        // Then
        assertThat(read.keys)
                .containsExactly(
                        Map.entry("a.text", "mühle"),
                        Map.entry("a.number", 7),
                        Map.entry("a.share", 0.5f),
                        Map.entry("a.flag", true),
                        Map.entry("a.words", List.of("x", "y z")),
                        Map.entry("a.kinds", List.of(1, 3)));
        assertThat(read.dimensions)
                .containsExactly(Map.entry("one", List.of(3L)), Map.entry("two", List.of(2L, 3L)));
        assertThat(read.numbers.get("one")).containsExactly(1, -2, 3.5f);
        assertThat(read.numbers.get("two"))
                .usingComparatorWithPrecision(1e-3f)
                .containsExactly(0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f);
        assertThat(file.length % GgufWriter.ALIGNMENT).isZero();
    }

    @Test
    void aValueThatGgufCannotHoldIsNamed() {
        assertThatThrownBy(() -> GgufWriter.write(Map.of("a.key", 1.0d), List.of()))
                .hasMessageContaining("a.key");
    }
}
