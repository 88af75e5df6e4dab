package dev.millrace.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void whatIsWithinAllLimitsBreaksNothing() {
        assertThat(new Evidence(10, 10, 0, 0, 4, 4, 700, 700, 30).broken(LIMIT)).isEmpty();
    }

    @Test
    void eachBrokenPromiseIsNamed() {
        assertThat(new Evidence(10, 9, 0, 1, 0, 0, 1, 1, 1).broken(LIMIT))
                .containsExactly("1 jobs are lost");
        assertThat(new Evidence(10, 10, 2, 0, 0, 0, 1, 1, 1).broken(LIMIT))
                .containsExactly("2 second results");
        assertThat(new Evidence(10, 10, 0, 0, 0, 0, 700, 701, 1).broken(LIMIT))
                .containsExactly("charged are 700 micros, the results come to 701");
        assertThat(new Evidence(10, 10, 0, 0, 5, 4, 1, 1, 1).broken(LIMIT))
                .containsExactly("5 re-runs, at most 4 may be");
        assertThat(new Evidence(10, 10, 0, 0, 0, 0, 1, 1, 31).broken(LIMIT))
                .containsExactly("recovery took 31.0 s, the limit is 30 s");
    }

    @Test
    void aRunWithoutJobsProvesNothing() {
        assertThat(new Evidence(0, 0, 0, 0, 0, 0, 0, 0, 0).broken(LIMIT))
                .containsExactly("no job was accepted, so nothing was tested");
    }
}
