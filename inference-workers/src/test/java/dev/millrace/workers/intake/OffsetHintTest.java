package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OffsetHintTest {

    @Property
    void aHintThatFitsIsReadBackAsItWas(
            @ForAll @LongRange(min = 0, max = 1L << 60) long committed,
            @ForAll @Size(max = 200) List<@LongRange(min = 0, max = 1_000_000) Long> distances,
            @ForAll("standings") List<Standing> standings,
            @ForAll boolean handedOver) {
        SortedMap<Long, Standing> unfinished = new TreeMap<>();
        for (int i = 0; i < distances.size(); i++) {
            unfinished.put(committed + distances.get(i), standings.get(i % standings.size()));
        }
        OffsetHint hint = new OffsetHint(committed + 1_000_001, unfinished, handedOver);

        String metadata = hint.encode(committed);

        assertThat(OffsetHint.decode(committed, metadata)).isEqualTo(hint);
    }

    @Property
    void metadataIsNeverTooLongAndNeverCallsAnUnfinishedJobFinished(
            @ForAll @LongRange(min = 1, max = 1L << 40) long stride,
            @ForAll @LongRange(min = 1, max = 5_000) long count,
            @ForAll @LongRange(min = 1, max = 200) long runners) {
        SortedMap<Long, Standing> unfinished = new TreeMap<>();
        for (long i = 0; i < count; i++) {
            unfinished.put(i * stride, Standing.running(1 + i % runners));
        }

        String metadata = new OffsetHint(count * stride, unfinished, false).encode(0);
        OffsetHint read = OffsetHint.decode(0, metadata);

        assertThat(metadata).hasSizeLessThanOrEqualTo(OffsetHint.MAX_CHARS);
        assertThat(unfinished.keySet()).noneMatch(read::isFinished);
        read.unfinished()
                .forEach(
                        (offset, standing) ->
                                assertThat(standing).isEqualTo(unfinished.get(offset)));
    }

    @Property
    void metadataThatIsNotOursIsNoHint(
            @ForAll String metadata, @ForAll @LongRange(min = 0, max = 1L << 60) long committed) {
        assertThat(OffsetHint.decode(committed, metadata)).isEqualTo(OffsetHint.none(committed));
        assertThat(OffsetHint.decode(committed, "mr2:!" + metadata))
                .isEqualTo(OffsetHint.none(committed));
    }

    @Property
    void metadataThatWasCutOffOrAlteredDoesNoHarm(
            @ForAll byte[] bytes, @ForAll @LongRange(min = 0, max = 1L << 60) long committed) {
        String metadata =
                "mr2:" + java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);

        OffsetHint hint = OffsetHint.decode(committed, metadata);

        assertThat(hint.upTo()).isGreaterThanOrEqualTo(committed);
    }

    @Property
    void eitherOfTwoHintsIsEnough(
            @ForAll @Size(max = 20) Set<@LongRange(min = 0, max = 30) Long> one,
            @ForAll @Size(max = 20) Set<@LongRange(min = 0, max = 30) Long> other,
            @ForAll @LongRange(min = 31, max = 40) long upTo) {
        OffsetHint left = new OffsetHint(31, standing(one, Standing.SUSPECT), false);
        OffsetHint right = new OffsetHint(upTo, standing(other, Standing.WAITING), false);

        OffsetHint both = left.or(right);

        for (long offset = 0; offset <= 45; offset++) {
            assertThat(both.isFinished(offset))
                    .isEqualTo(left.isFinished(offset) || right.isFinished(offset));
        }
        both.unfinished()
                .forEach(
                        (offset, standing) ->
                                assertThat(standing)
                                        .isEqualTo(
                                                one.contains(offset)
                                                        ? Standing.SUSPECT
                                                        : Standing.WAITING));
    }

    @Test
    void nothingBeyondTheCommitIsEmptyMetadata() {
        assertThat(OffsetHint.none(7).encode(7)).isEmpty();
    }

    @Test
    void aLastWordSaysSoAlsoWhereEverythingIsFinished() {
        String metadata = new OffsetHint(7, new TreeMap<>(), true).encode(7);

        assertThat(OffsetHint.decode(7, metadata).handedOver()).isTrue();
    }

    @Provide
    Arbitrary<List<Standing>> standings() {
        Arbitrary<Long> runners = Arbitraries.longs().between(1, 40);
        return Arbitraries.oneOf(
                        Arbitraries.of(Standing.WAITING, Standing.SUSPECT),
                        runners.map(Standing::running),
                        runners.map(Standing::tried))
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    private static SortedMap<Long, Standing> standing(Set<Long> offsets, Standing standing) {
        SortedMap<Long, Standing> all = new TreeMap<>();
        offsets.forEach(offset -> all.put(offset, standing));
        return all;
    }
}
