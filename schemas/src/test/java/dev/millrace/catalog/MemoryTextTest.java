package dev.millrace.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTextTest {

    @Property
    void whatIsWrittenIsReadAgain(
            @ForAll @IntRange(min = MemoryText.LEAST_MIB, max = MemoryText.MOST_MIB) int mib) {
        assertThat(MemoryText.parse(MemoryText.of(mib))).hasValue(mib);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "2", "2GB", "0GiB", "15MiB", "1025GiB", "9999999GiB", "1.5GiB", "-1GiB"})
    void whatIsNoAmountOrOutOfRangeIsNotRead(String text) {
        assertThat(MemoryText.parse(text)).isEmpty();
    }
}
