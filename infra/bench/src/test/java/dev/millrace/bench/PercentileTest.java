package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PercentileTest {

    @Test
    void the_nearest_rank_is_a_value_that_was_measured() {
        double[] values = {15, 20, 35, 40, 50};

        assertThat(Percentile.of(values, 5)).isEqualTo(15);
        assertThat(Percentile.of(values, 30)).isEqualTo(20);
        assertThat(Percentile.of(values, 40)).isEqualTo(20);
        assertThat(Percentile.median(values)).isEqualTo(35);
        assertThat(Percentile.of(values, 99)).isEqualTo(50);
        assertThat(Percentile.of(values, 100)).isEqualTo(50);
    }

    @Test
    void the_p99_of_a_hundred_values_is_the_second_largest() {
        double[] values = new double[100];
        Arrays.setAll(values, i -> 100 - i);

        assertThat(Percentile.of(values, 99)).isEqualTo(99);
    }

    @Test
    void there_is_no_percentile_of_nothing() {
        assertThatThrownBy(() -> Percentile.of(new double[0], 50))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Percentile.of(new double[] {1}, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 300)
    void it_is_the_smallest_value_that_covers_its_share(
            @ForAll @Size(min = 1, max = 60) double[] values,
            @ForAll @DoubleRange(min = 0.5, max = 100) double percent) {
        double found = Percentile.of(values, percent);

        long covered = Arrays.stream(values).filter(v -> Double.compare(v, found) <= 0).count();
        long below = Arrays.stream(values).filter(v -> Double.compare(v, found) < 0).count();
        assertThat(covered).isGreaterThanOrEqualTo((long) Math.ceil(percent / 100 * values.length));
        assertThat(below).isLessThan((long) Math.ceil(percent / 100 * values.length));
    }
}
