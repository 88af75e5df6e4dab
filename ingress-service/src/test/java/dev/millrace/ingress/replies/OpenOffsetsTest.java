package dev.millrace.ingress.replies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OpenOffsetsTest {

    @Test
    void anOffsetIsOpenUntilItsLastDeliveryIsSettled() {
        // Given
        OpenOffsets offsets = new OpenOffsets();
        offsets.open(7, 2);

        // When
        offsets.settle(7);

        // Then
        assertThat(offsets.first()).hasValue(7);
        offsets.settle(7);
        assertThat(offsets.first()).isEmpty();
    }

    @Test
    void aPartitionWithNothingOpenIsCommittedToWhereItWasRead() {
        // Given
        OpenOffsets none = new OpenOffsets();
        none.open(4, 0);

        // When
        Map<String, Long> committable =
                OpenOffsets.committable(Map.of("a", 5L, "b", 9L), Map.of("a", none));

        // Then
        assertThat(committable).containsOnly(Map.entry("a", 5L), Map.entry("b", 9L));
    }

    /**
     * In whatever order deliveries end, nothing with an open delivery is ever committed, and in the
     * end everything is.
     */
    @Property
    void nothingOpenIsEverCommitted(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 3) Integer> deliveries,
            @ForAll long seed) {
        OpenOffsets offsets = new OpenOffsets();
        Map<Long, Integer> left = new HashMap<>();
        List<Long> endings = new ArrayList<>();
        for (int i = 0; i < deliveries.size(); i++) {
            offsets.open(i, deliveries.get(i));
            left.put((long) i, deliveries.get(i));
            endings.addAll(Collections.nCopies(deliveries.get(i), (long) i));
        }
        Collections.shuffle(endings, new Random(seed));
        long end = deliveries.size();

        for (long each : endings) {
            long committable =
                    OpenOffsets.committable(Map.of("p", end), Map.of("p", offsets))
                            .getOrDefault("p", -1L);
            for (long offset = 0; offset < committable; offset++) {
                assertThat(left.get(offset)).isZero();
            }
            assertThat(left.getOrDefault(committable, 0)).isPositive();
            offsets.settle(each);
            left.merge(each, -1, Integer::sum);
        }

        assertThat(OpenOffsets.committable(Map.of("p", end), Map.of("p", offsets)))
                .containsEntry("p", end);
    }
}
