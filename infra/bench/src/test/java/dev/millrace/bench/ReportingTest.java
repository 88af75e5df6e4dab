package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.bench.Figures.Row;
import dev.millrace.catalog.CatalogFile;
import dev.millrace.catalog.CatalogReading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportingTest {

    @Test
    void a_row_is_the_median_of_its_rounds_and_the_ratio_of_the_medians() {
        // Given
        Figures figures = new Figures();
        for (double value : new double[] {30_000, 40_000, 35_000}) {
            figures.floor("saturation.throughput", "jobs/s", value);
            figures.millrace("saturation.throughput", "jobs/s", value / 10);
        }
        figures.millrace("saturation.cpu.ledger", "us/job", 123.456);

        // Then
        assertThat(figures.rows())
                .containsExactly(
                        new Row("saturation.throughput", 35_000.0, 3_500.0, 0.1, "jobs/s"),
                        new Row("saturation.cpu.ledger", null, 123.0, null, "us/job"));
        assertThat(figures.table()).contains("(30000-40000)", "saturation.cpu.ledger");
    }

    @Test
    void without_arguments_everything_is_measured() {
        Plan plan = Plan.parse(List.of());

        assertThat(plan.parts())
                .doesNotContain(Plan.Part.PROFILE, Plan.Part.SHAREGROUPS)
                .hasSize(Plan.Part.values().length - 2);
        assertThat(plan.rate()).isEqualTo(200);
        assertThat(plan.json()).isEmpty();
    }

    @Test
    void a_sample_counts_for_whoever_called_the_jdk() {
        // Given
        Profile profile = new Profile();

        // When
        profile.add(List.of("java.util.HashMap#get", "org.apache.avro.io.Decoder#read", "a.B#c"));
        profile.add(List.of("org.apache.avro.io.Decoder#read"));
        profile.add(List.of("dev.millrace.kit.deep.er.Thing#run"));
        profile.add(List.of("java.lang.Thread#run"));

        // Then
        assertThat(profile.packages(2))
                .containsExactly(
                        new Profile.Share("org.apache.avro.io", 50),
                        new Profile.Share("dev.millrace.kit.deep", 25));
        assertThat(profile.methods(1))
                .containsExactly(new Profile.Share("org.apache.avro.io.Decoder#read", 50));
        assertThat(profile.samples()).isEqualTo(4);
    }

    @Test
    void one_part_and_a_file_can_be_named() {
        Plan plan = Plan.parse(List.of("latency", "--json", "out.json", "--rounds", "3"));

        assertThat(plan.parts()).containsExactly(Plan.Part.LATENCY);
        assertThat(plan.rounds()).isEqualTo(3);
        assertThat(plan.json()).isEqualTo(Optional.of(Path.of("out.json")));
    }

    @ParameterizedTest
    @CsvSource({
        "speed, speed is no benchmark and no option; there are all",
        "--fast, --fast is no benchmark",
        "latency all, one argument too many",
        "--jobs, --jobs needs a value",
        "--jobs many, --jobs takes a whole number",
        "--jobs 99, --jobs must be from 100 to 200000",
        "--rounds 0, --rounds must be from 1 to 50",
        "--seconds 301, --seconds must be from 1 to 300",
        "--rate 2001, --rate must be from 1 to 2000",
        "--long 1, --long must be from 2 to 120"
    })
    void a_wrong_argument_is_named_with_what_it_may_be(String arguments, String message) {
        assertThatThrownBy(() -> Plan.parse(List.of(arguments.split(" ", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void each_stack_is_given_a_catalog_that_can_be_applied(@TempDir Path folder) throws Exception {
        for (String catalog :
                List.of(
                        BenchStack.catalog(BenchStack.onePerPartition(4), BenchStack.AT_ONCE),
                        FairnessBench.catalog(),
                        LaneBench.catalog(500, 256),
                        ShareGroupBench.catalog(),
                        NeighbourBench.catalog())) {
            Path file = folder.resolve("catalog.yaml");
            Files.writeString(file, catalog);

            assertThat(CatalogFile.read(file)).isInstanceOf(CatalogReading.Valid.class);
        }
    }
}
