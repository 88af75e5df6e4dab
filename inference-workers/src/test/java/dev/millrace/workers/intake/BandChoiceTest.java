package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.Band;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BandChoiceTest {
    private static final Set<Band> ALL = EnumSet.allOf(Band.class);

    @Test
    void noBandIsServedWhereNoneWaits() {
        assertThat(new BandChoice().next(Set.of())).isEmpty();
    }

    @Test
    void bandsThatAlwaysWaitAreServedByTheirWeights() {
        // Given
        BandChoice choice = new BandChoice();
        Map<Band, Integer> served = new EnumMap<>(Band.class);

        // When
        for (int i = 0; i < 4_900; i++) {
            served.merge(choice.next(ALL).orElseThrow(), 1, Integer::sum);
        }

        // Then
        assertThat(served)
                .containsEntry(Band.INTERACTIVE, 3_200)
                .containsEntry(Band.STANDARD, 1_600)
                .containsEntry(Band.OVERFLOW, 100);
    }

    @Test
    void aFloodInTheOverflowBandTakesASmallShareButIsNeverShutOut() {
        // Given
        BandChoice choice = new BandChoice();
        Set<Band> waiting = Set.of(Band.STANDARD, Band.OVERFLOW);
        int overflow = 0;
        int passedOver = 0;

        // When
        for (int i = 0; i < 1_700; i++) {
            boolean served = choice.next(waiting).orElseThrow() == Band.OVERFLOW;
            overflow += served ? 1 : 0;
            passedOver = served ? 0 : passedOver + 1;
            assertThat(passedOver).isLessThanOrEqualTo(BandChoice.PATIENCE);
        }

        // Then
        assertThat(overflow).isEqualTo(100);
    }

    @Test
    void theInteractiveBandIsServedFirst() {
        assertThat(new BandChoice().next(ALL)).contains(Band.INTERACTIVE);
    }

    @Property
    void onlyAWaitingBandIsServedAndNoneWaitsTooLong(
            @ForAll @Size(max = 400) List<Set<Band>> waits) {
        int patience = 12;
        BandChoice choice = new BandChoice(BandChoice.WEIGHTS, patience);
        Map<Band, Integer> passedOver = new EnumMap<>(Band.class);
        for (Set<Band> waiting : waits) {
            passedOver.keySet().retainAll(waiting);

            var band = choice.next(waiting);

            assertThat(band.isPresent()).isEqualTo(!waiting.isEmpty());
            band.ifPresent(
                    served -> {
                        assertThat(waiting).contains(served);
                        waiting.forEach(each -> passedOver.merge(each, 1, Integer::sum));
                        passedOver.put(served, 0);
                    });
            // two bands may run out of patience together: one of them waits for the other
            assertThat(passedOver.values()).allMatch(times -> times <= patience + 1);
        }
    }
}
