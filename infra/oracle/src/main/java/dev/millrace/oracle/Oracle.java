package dev.millrace.oracle;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Judges a running stack from its topics, its tables and its delivery records alone, with its own
 * consumer and its own arithmetic.
 */
public final class Oracle {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private final Subject subject;
    private final Clock clock;

    public Oracle(Subject subject, Clock clock) {
        this.subject = subject;
        this.clock = clock;
    }

    /**
     * One look at the stack as it is.
     *
     * @param counted the jobs that the figures speak of; empty for all
     */
    public Verdict judge(Set<String> counted)
            throws InterruptedException, IOException, SQLException, TimeoutException {
        try {
            // the ledger first: a row in it has its result in the topic, the other way round is a
            // matter of time
            LedgerEvidence ledger = LedgerEvidence.read(subject);
            TopicEvidence topics = TopicEvidence.read(new TopicReader(subject));
            return new Judge(topics, ledger, clock.instant(), counted).verdict();
        } catch (ExecutionException e) {
            throw new IOException("the broker could not be asked: " + e.getCause(), e);
        }
    }

    /**
     * Looks again until nothing is pending and everything holds, or the time is over. What looks
     * broken is looked at again too: a transaction becomes visible partition by partition.
     */
    public Verdict judgeWhenSettled(Duration patience, Set<String> counted)
            throws InterruptedException, IOException, SQLException, TimeoutException {
        long end = System.nanoTime() + patience.toNanos();
        Verdict verdict = judge(counted);
        while (!(verdict.settled() && verdict.allHold()) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
            verdict = judge(counted);
        }
        return verdict;
    }
}
