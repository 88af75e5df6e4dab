package dev.millrace.bench.child;

import dev.millrace.job.Answers;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Timing;
import dev.millrace.workers.engine.Engine;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.Prompt;
import dev.millrace.workers.engine.StopSignal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Calls an engine for a job and says what came of it; for loops that do nothing else. */
final class PlainOutcome {

    /**
     * @param worker who ran it
     * @throws IllegalStateException when the engine does not answer
     */
    static Outcome run(RoutedJob job, Engine engine, String worker, Clock clock) {
        Instant started = clock.instant();
        EngineResult result = engine.run(Prompt.of(job), piece -> {}, new StopSignal());
        if (!(result instanceof EngineResult.Completed done)) {
            throw new IllegalStateException("the engine did not answer: " + result);
        }
        return new Outcome(
                job.getJobId(),
                job.getTenant(),
                job.getLane(),
                "plain",
                job.getAttempt(),
                worker,
                done.spent().tokens().toUsage(),
                new Timing(
                        started,
                        Duration.between(job.getRoutedAt(), started).toMillis(),
                        done.spent().firstTokenMs(),
                        done.spent().modelMs()),
                Answers.of(done.text(), done.finishReason()));
    }

    private PlainOutcome() {}
}
