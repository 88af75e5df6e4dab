package dev.millrace.kit.streams;

import dev.millrace.kit.PatientDeserializer.Pause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream thread that failed is replaced after a pause, for ever: with exactly-once processing the
 * new one goes on at the last commit, so an outage is waited out and nothing is lost. Pauses double
 * up to a bound and start afresh after a quiet minute.
 */
public final class PatientRestart implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PatientRestart.class);
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final Clock clock;
    private final Pause pause;
    private Duration next = FIRST;
    private Instant last = Instant.MIN;

    public PatientRestart() {
        this(Clock.systemUTC(), Thread::sleep);
    }

    public PatientRestart(Clock clock, Pause pause) {
        this.clock = clock;
        this.pause = pause;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        Duration wait = nextPause();
        LOG.error("stream_thread=failed restart_in_ms={}", wait.toMillis(), failure);
        try {
            pause.of(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private synchronized Duration nextPause() {
        Instant now = clock.instant();
        Duration wait = last.isBefore(now.minus(QUIET)) ? FIRST : next;
        last = now;
        next = wait.multipliedBy(2).compareTo(LONGEST) < 0 ? wait.multipliedBy(2) : LONGEST;
        return wait;
    }
}
