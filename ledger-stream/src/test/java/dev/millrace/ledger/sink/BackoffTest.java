package dev.millrace.ledger.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(500));

    @Test
    void pausesDoubleUpToTheBoundAndStartAfreshAfterASuccess() {
        assertThat(Stream.generate(backoff::next).limit(5).map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 500L, 500L);

        backoff.succeeded();

        assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
    }
}
