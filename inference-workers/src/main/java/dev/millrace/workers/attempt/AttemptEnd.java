package dev.millrace.workers.attempt;

import dev.millrace.v1.Outcome;
import java.time.Duration;
import org.apache.kafka.common.header.Headers;

/** What is to be done about a lane record once its attempt is over. */
public sealed interface AttemptEnd {

    /**
     * The outcome is written, and then the record is finished.
     *
     * @param partition of {@code millrace.outcomes}: the one that holds the job's state
     * @param headers the trace context
     * @param hold how long it is kept back before it is written
     */
    record Report(Outcome outcome, int partition, Headers headers, Duration hold)
            implements AttemptEnd {
        Report with(Headers others) {
            return new Report(outcome, partition, others, hold);
        }
    }

    /**
     * The record is finished without an outcome: the job is over already, or about to be.
     *
     * @param why deadline
     */
    record Skip(String why) implements AttemptEnd {}

    /** The record can never be read; it goes to the dead letters. */
    record Bury(String reason) implements AttemptEnd {}

    /** The worker leaves; the record stays unfinished and runs elsewhere. */
    record Abandon() implements AttemptEnd {}
}
