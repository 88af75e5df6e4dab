package dev.millrace.workers.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.catalog.ChatServers.Balance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EndpointChoiceTest {

    @Property(tries = 200)
    void inTurnEachServerGetsExactlyItsShareInEveryRound(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 20) Integer> weights) {
        // Given
        EndpointChoice choice = new EndpointChoice(Balance.ROUND_ROBIN, weights);
        int round = weights.stream().mapToInt(Integer::intValue).sum();

        for (int rounds = 0; rounds < 3; rounds++) {
            // When
            List<Integer> chosen = chosen(choice, round, i -> true);

            // Then
            for (int i = 0; i < weights.size(); i++) {
                assertThat(Collections.frequency(chosen, i)).isEqualTo(weights.get(i));
            }
        }
    }

    @Property(tries = 200)
    void aServerThatCannotTakeItIsNeverChosenAndTheOthersKeepTheirShares(
            @ForAll @Size(min = 2, max = 8) List<@IntRange(min = 1, max = 20) Integer> weights,
            @ForAll Balance balance,
            @ForAll @IntRange(min = 0, max = 7) int out,
            @ForAll @IntRange(min = 0, max = 50) int before) {
        // Given
        EndpointChoice choice = new EndpointChoice(balance, weights);
        int down = out % weights.size();
        chosen(choice, before, i -> true);
        int round = weights.stream().mapToInt(Integer::intValue).sum() - weights.get(down);

        // When
        List<Integer> chosen = chosen(choice, round * 20, i -> i != down);

        // Then
        assertThat(chosen).doesNotContain(down);
        if (balance == Balance.ROUND_ROBIN) {
            for (int i = 0; i < weights.size(); i++) {
                int share = i == down ? 0 : 20 * weights.get(i);
                assertThat(Collections.frequency(chosen, i))
                        .isBetween(share - 2 * 20, share + 2 * 20);
            }
        }
    }

    @Property(tries = 200)
    void theLeastLoadedForItsWeightIsChosen(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 20) Integer> weights,
            @ForAll Random random) {
        // Given
        EndpointChoice choice = new EndpointChoice(Balance.LEAST_LOADED, weights);
        int[] load = random.ints(weights.size(), 0, 100).toArray();

        // When
        int chosen = choice.next(i -> true, i -> load[i]).orElseThrow();

        // Then
        for (int i = 0; i < load.length; i++) {
            assertThat((load[chosen] + 1.0) / weights.get(chosen))
                    .isLessThanOrEqualTo((load[i] + 1.0) / weights.get(i) + 1e-9);
        }
    }

    @Property(tries = 100)
    void underEqualLoadTheLeastLoadedTakeTurns(@ForAll @IntRange(min = 1, max = 8) int servers) {
        // Given
        EndpointChoice choice =
                new EndpointChoice(Balance.LEAST_LOADED, Collections.nCopies(servers, 1));

        // When
        List<Integer> chosen = chosen(choice, servers * 5, i -> true);

        // Then
        for (int i = 0; i < servers; i++) {
            assertThat(Collections.frequency(chosen, i)).isEqualTo(5);
        }
    }

    @Test
    void aHeavyServerDoesNotGetItsShareInOneGo() {
        assertThat(chosen(new EndpointChoice(Balance.ROUND_ROBIN, List.of(4, 1, 1)), 6, i -> true))
                .containsExactly(0, 0, 1, 0, 2, 0);
    }

    @Test
    void whereNoneCanTakeItNoneIsChosen() {
        for (Balance balance : Balance.values()) {
            assertThat(new EndpointChoice(balance, List.of(1, 1)).next(i -> false, i -> 0))
                    .isEqualTo(OptionalInt.empty());
        }
    }

    private static List<Integer> chosen(EndpointChoice choice, int times, IntPredicate canTake) {
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            chosen.add(choice.next(canTake, unused -> 0).orElseThrow());
        }
        return chosen;
    }
}
