package dev.millrace.trainer.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KernelsTest {

    @Property(tries = 100)
    void multiplyAddIsTheTextbookProduct(
            @ForAll @IntRange(min = 1, max = 9) int m,
            @ForAll @IntRange(min = 1, max = 9) int k,
            @ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll long seed) {
        // Given
        Random random = new Random(seed);
        float[][] a = randomRows(random, m, k);
        float[][] b = randomRows(random, k, n);
        float[][] c = new float[m][n];

        // When
        Kernels.multiplyAdd(a, b, c);

        // Then
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double expected = 0;
                for (int p = 0; p < k; p++) {
                    expected += (double) a[i][p] * b[p][j];
                }
                assertThat((double) c[i][j]).isCloseTo(expected, within(1e-5));
            }
        }
    }

    private static float[][] randomRows(Random random, int rows, int columns) {
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextFloat() - 0.5f;
            }
        }
        return values;
    }
}
