package dev.millrace.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;

class PatientRestartTest {
    private final List<Duration> pauses = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final PatientRestart restart = new PatientRestart(new MovableClock(), pauses::add);

    @Test
    void aThreadThatFailsIsReplacedForEverAfterPausesThatDoubleUpToABound() {
        for (int i = 0; i < 7; i++) {
            assertThat(restart.handle(new IllegalStateException("outage")))
                    .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        }

        assertThat(pauses.stream().map(Duration::toMillis))
                .containsExactly(250L, 500L, 1_000L, 2_000L, 4_000L, 5_000L, 5_000L);
    }

    @Test
    void aQuietMinuteStartsThePausesAfresh() {
        restart.handle(new IllegalStateException("first"));
        restart.handle(new IllegalStateException("second"));
        now = now.plusSeconds(61);
        restart.handle(new IllegalStateException("much later"));

        assertThat(pauses.getLast()).isEqualTo(Duration.ofMillis(250));
    }

    private final class MovableClock extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
