package dev.millrace.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoJobTest {
    @Test
    void theShippedJobsAreManyVariedAndHalfByEachWay() throws IOException {
        // When
        List<DemoJob> jobs = DemoJob.shipped();

        // Then
        assertThat(jobs).hasSizeGreaterThanOrEqualTo(200);
        assertThat(jobs).extracting(DemoJob::tenant).containsOnly("acme", "borealis", "cobalt");
        long http = jobs.stream().filter(DemoJob::overHttp).count();
        assertThat(http).isBetween(jobs.size() * 45L / 100, jobs.size() * 55L / 100);
        assertThat(new HashSet<>(jobs.stream().map(job -> job.model() + job.prompt()).toList()))
                .hasSize(jobs.size());
        assertThat(jobs.stream().filter(job -> job.expected().isPresent()).count())
                .isGreaterThanOrEqualTo(60);
    }

    @Test
    void aBrokenLineIsNamedWithItsFieldAndNumber() {
        String good = "{\"tenant\":\"a\",\"prompt\":\"p\",\"via\":\"http\"}\n";
        assertRefused(
                good + "{\"tenant\":\"a\",\"prompt\":\"p\",\"via\":\"pigeon\"}",
                "jobs:2: via: must be topic or http");
        assertRefused("{\"tenant\":\"a\",\"via\":\"http\"}", "jobs:1: prompt: must be a text");
        assertRefused(
                "{\"tenant\":\"a\",\"prompt\":\"p\",\"via\":\"http\",\"modle\":\"x\"}",
                "jobs:1: modle: unknown field");
        assertRefused("{", "jobs:1: not JSON");
        assertRefused("\n\n", "jobs: holds 0 jobs");
    }

    private static void assertRefused(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DemoJob.parse("jobs", text))
                .withMessageContaining(message);
    }
}
