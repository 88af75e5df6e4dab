package dev.millrace.workers;

import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LanePartitions;
import java.util.Collection;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions come and go. Called on the polling thread, inside a poll, and never waits there.
 *
 * <p>Those that are taken away are let go at once: what waits is dropped; what runs still reports
 * its outcome, for the classifier ignores a second one; nothing is committed for them any more.
 */
final class Rebalances implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    private final LanePartitions partitions;
    private final JobBoard board;
    private final JobRunner runner;
    private final Holds holds;
    private final Arrivals arrivals;
    private final Commits commits;
    private final LaneMetrics metrics;
    private final WorkerCondition condition;

    Rebalances(
            LanePartitions partitions,
            JobBoard board,
            JobRunner runner,
            Holds holds,
            Arrivals arrivals,
            Commits commits,
            LaneMetrics metrics,
            WorkerCondition condition) {
        this.partitions = partitions;
        this.board = board;
        this.runner = runner;
        this.holds = holds;
        this.arrivals = arrivals;
        this.commits = commits;
        this.metrics = metrics;
        this.condition = condition;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        metrics.rebalanced("assigned");
        partitions.assigned(assigned);
        holds.came(assigned);
        arrivals.expect();
        condition.member();
        log("assigned", assigned);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        metrics.rebalanced("revoked");
        runner.settle(partitions);
        commits.commitLast(revoked);
        letGo(revoked);
        log("revoked", revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        metrics.rebalanced("lost");
        letGo(lost);
        log("lost", lost);
    }

    private void letGo(Collection<TopicPartition> gone) {
        board.drop(gone);
        partitions.released(gone);
        holds.went(gone);
    }

    private void log(String change, Collection<TopicPartition> changed) {
        LOG.info("partitions={} count={} owned={}", change, changed.size(), holds.owned().size());
    }
}
