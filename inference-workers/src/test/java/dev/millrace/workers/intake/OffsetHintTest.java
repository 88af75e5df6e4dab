package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OffsetHintTest {

    @Property
    void aHintThatFitsIsReadBackAsItWas(
            @ForAll @LongRange(min = 0, max = 1L << 60) long committed,
            @ForAll @Size(max = 200) List<@LongRange(min = 0, max = 1_000_000) Long> distances) {
        SortedSet<Long> unfinished = new TreeSet<>();
        distances.forEach(distance -> unfinished.add(committed + distance));
        OffsetHint hint = new OffsetHint(committed + 1_000_001, unfinished);

        String metadata = hint.encode(committed);

        assertThat(OffsetHint.decode(committed, metadata)).isEqualTo(hint);
    }

    @Property
    void metadataIsNeverTooLongAndNeverCallsAnUnfinishedJobFinished(
            @ForAll @LongRange(min = 1, max = 1L << 40) long stride,
            @ForAll @LongRange(min = 1, max = 5_000) long count) {
        SortedSet<Long> unfinished = new TreeSet<>();
        for (long i = 0; i < count; i++) {
            unfinished.add(i * stride);
        }

        String metadata = new OffsetHint(count * stride, unfinished).encode(0);
        OffsetHint read = OffsetHint.decode(0, metadata);

        assertThat(metadata).hasSizeLessThanOrEqualTo(OffsetHint.MAX_CHARS);
        assertThat(unfinished).noneMatch(read::isFinished);
    }

    @Property
    void metadataThatIsNotOursIsNoHint(
            @ForAll String metadata, @ForAll @LongRange(min = 0, max = 1L << 60) long committed) {
        assertThat(OffsetHint.decode(committed, metadata)).isEqualTo(OffsetHint.none(committed));
        assertThat(OffsetHint.decode(committed, "mr1:!" + metadata))
                .isEqualTo(OffsetHint.none(committed));
    }

    @Property
    void eitherOfTwoHintsIsEnough(
            @ForAll @Size(max = 20) Set<@LongRange(min = 0, max = 30) Long> one,
            @ForAll @Size(max = 20) Set<@LongRange(min = 0, max = 30) Long> other,
            @ForAll @LongRange(min = 31, max = 40) long upTo) {
        OffsetHint left = new OffsetHint(31, new TreeSet<>(one));
        OffsetHint right = new OffsetHint(upTo, new TreeSet<>(other));

        OffsetHint both = left.or(right);

        for (long offset = 0; offset <= 45; offset++) {
            assertThat(both.isFinished(offset))
                    .isEqualTo(left.isFinished(offset) || right.isFinished(offset));
        }
    }

    @Test
    void nothingBeyondTheCommitIsEmptyMetadata() {
        assertThat(OffsetHint.none(7).encode(7)).isEmpty();
    }
}
