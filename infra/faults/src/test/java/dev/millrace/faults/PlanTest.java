package dev.millrace.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
    @Test
    void withoutArgumentsEveryFaultStrikesAsOftenAsItShould() {
        // When
        Plan plan = Plan.parse(List.of());

        // Then
        assertThat(plan.faults()).isEqualTo(Faults.names()).endsWith("mix");
        assertThat(plan.rate()).isEqualTo(100);
        assertThat(plan.rounds(20, 2)).isEqualTo(20);
        assertThat(plan.seconds(720, 45)).isEqualTo(720);
    }

    @Test
    void theShortFormIsShorterAndWhatIsGivenWins() {
        assertThat(Plan.parse(List.of("--short")).rounds(20, 2)).isEqualTo(2);
        assertThat(Plan.parse(List.of("--short", "--rounds", "7")).rounds(20, 2)).isEqualTo(7);
        assertThat(Plan.parse(List.of("--seconds", "9")).seconds(60, 20)).isEqualTo(9);
    }

    @Test
    void severalFaultsRunInTheOrderInWhichTheyAreNamed() {
        // When
        Plan plan = Plan.parse(List.of("ledger", "worker", "--seed", "5", "--json", "o.json"));

        // Then
        assertThat(plan.faults()).containsExactly("ledger", "worker");
        assertThat(plan.seed()).isEqualTo(5);
        assertThat(plan.json()).contains(Path.of("o.json"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds 0|--rounds must be from 1 to 1000, is 0",
                "--seconds 3601|--seconds must be from 1 to 3600, is 3601",
                "--rate x|--rate takes a whole number, not x",
                "--seed|--seed needs a value",
                "meteor|meteor is no fault and no option; there are all, worker"
            })
    void wrongUsageIsNamed(String arguments, String message) {
        assertThatThrownBy(() -> Plan.parse(List.of(arguments.split(" ", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
