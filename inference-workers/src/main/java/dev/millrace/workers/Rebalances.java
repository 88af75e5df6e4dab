package dev.millrace.workers;

import dev.millrace.workers.intake.LanePartitions;
import java.util.Collection;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions come and go. Called on the polling thread, inside a poll, and never waits there.
 *
 * <p>Those that are taken away are let go at once: what waits is dropped; what runs is finished
 * here, and the next owner, which learns of it from the last commit, waits for it. Nothing is
 * committed for them after that.
 */
final class Rebalances implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    private final LanePartitions partitions;
    private final Intake intake;
    private final JobRunner runner;
    private final Holds holds;
    private final Arrivals arrivals;
    private final Commits commits;
    private final LaneMetrics metrics;
    private final WorkerCondition condition;
    private final Runnable handOvers;

    /**
     * @param handOvers called when jobs run here whose partitions go to another worker
     */
    Rebalances(
            LanePartitions partitions,
            Intake intake,
            JobRunner runner,
            Holds holds,
            Arrivals arrivals,
            Commits commits,
            LaneMetrics metrics,
            WorkerCondition condition,
            Runnable handOvers) {
        this.partitions = partitions;
        this.intake = intake;
        this.runner = runner;
        this.holds = holds;
        this.arrivals = arrivals;
        this.commits = commits;
        this.metrics = metrics;
        this.condition = condition;
        this.handOvers = handOvers;
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
        handOver(revoked);
        // what has ended by now is either settled here or known to be handed over
        runner.settle(intake::finished);
        commits.commitLast(revoked);
        forget(revoked);
        log("revoked", revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
        metrics.rebalanced("lost");
        handOver(lost);
        forget(lost);
        log("lost", lost);
    }

    private void handOver(Collection<TopicPartition> gone) {
        if (intake.handOver(gone)) {
            handOvers.run();
        }
    }

    private void forget(Collection<TopicPartition> gone) {
        partitions.released(gone);
        holds.went(gone);
    }

    private void log(String change, Collection<TopicPartition> changed) {
        LOG.info("partitions={} count={} owned={}", change, changed.size(), holds.owned().size());
    }
}
