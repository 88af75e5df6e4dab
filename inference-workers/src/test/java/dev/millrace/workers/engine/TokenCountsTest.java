package dev.millrace.workers.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Messages;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TokenCountsTest {

    @Property
    void whateverAnEngineReportsThePartsFitTheirWhole(
            @ForAll long input, @ForAll long cached, @ForAll long output, @ForAll long reasoning) {
        TokenCounts counts = TokenCounts.reported(input, cached, output, reasoning);

        assertThat(counts.cachedInput()).isBetween(0L, counts.input());
        assertThat(counts.reasoning()).isBetween(0L, counts.output());
        assertThat(counts.estimated()).isFalse();
    }

    @Property
    void anEstimateSaysThatItIsOneAndGrowsWithTheText(
            @ForAll String prompt, @ForAll String answer) {
        TokenCounts counts = TokenCounts.estimated(List.of(Messages.of("user", prompt)), answer);
        TokenCounts longer =
                TokenCounts.estimated(
                        List.of(Messages.of("user", prompt + "more")), answer + "more");

        assertThat(counts.estimated()).isTrue();
        assertThat(longer.input()).isGreaterThan(counts.input());
        assertThat(longer.output()).isGreaterThan(counts.output());
    }
}
