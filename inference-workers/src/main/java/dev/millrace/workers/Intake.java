package dev.millrace.workers;

import dev.millrace.v1.Band;
import dev.millrace.workers.handover.HeldJobs;
import dev.millrace.workers.handover.HeldJobs.Ruling;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LaneJob;
import dev.millrace.workers.intake.LaneJob.Way;
import dev.millrace.workers.intake.LanePartitions;
import dev.millrace.workers.intake.Standing;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a record that comes in: most go to the board at once; those that another worker
 * may be running, or that one has died with, are held until it is known what to do. Belongs to the
 * polling thread.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final LaneTopics topics;
    private final LanePartitions partitions;
    private final JobBoard board;
    private final HeldJobs held;
    private final LaneMetrics metrics;
    private final long self;
    private final LongSupplier nanoTime;

    Intake(
            LaneTopics topics,
            LanePartitions partitions,
            JobBoard board,
            HeldJobs held,
            LaneMetrics metrics,
            long self,
            LongSupplier nanoTime) {
        this.topics = topics;
        this.partitions = partitions;
        this.board = board;
        this.held = held;
        this.metrics = metrics;
        this.self = self;
        this.nanoTime = nanoTime;
    }

    /** Takes in what a poll brought. */
    void take(ConsumerRecords<String, byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            Band band = topics.band(partition.topic());
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
                LaneJob job = new LaneJob(record, partition, band, Way.AT_ONCE);
                partitions
                        .receive(partition, job.offset())
                        .ifPresent(standing -> take(job, standing));
            }
        }
        partitions.advance(records.nextOffsets());
    }

    private void take(LaneJob job, Standing standing) {
        if (!held.hold(job, standing, self, nanoTime.getAsLong())) {
            run(job);
        }
    }

    private void run(LaneJob job) {
        board.offer(partitions.isInDoubt(job.partition()) ? job.with(Way.NOTED) : job);
    }

    /** Lets go on what has been held for long enough. */
    void release() {
        for (Ruling ruling : held.rule(nanoTime.getAsLong())) {
            LaneJob job = ruling.job();
            metrics.ruled(ruling.verdict());
            LOG.info(
                    "job={} partition={} offset={} held={}",
                    job.record().key(),
                    job.partition(),
                    job.offset(),
                    ruling.verdict());
            switch (ruling.verdict()) {
                case FINISHED -> {
                    metrics.skipped("finished_elsewhere");
                    finished(job);
                }
                case RUN -> {
                    mark(job, Standing.WAITING);
                    run(job);
                }
                case SUSPECT -> mark(job, Standing.SUSPECT);
                case TRY -> {
                    mark(job, Standing.SUSPECT);
                    board.offer(job.with(Way.ON_TRIAL));
                }
                // it stands as it stood: should this worker die as well, the next one reports it
                case REPORT -> board.offer(job.with(Way.REPORTED_DEAD));
            }
        }
    }

    private void mark(LaneJob job, Standing standing) {
        partitions.mark(job.partition(), job.offset(), standing);
    }

    /** A record is done with. */
    void finished(LaneJob job) {
        partitions.finish(job.partition(), job.offset());
        held.finished(job.place());
    }

    /**
     * Partitions are not ours any more.
     *
     * @return whether anything of theirs still runs here
     */
    boolean handOver(Collection<TopicPartition> gone) {
        held.drop(gone);
        return board.handOver(gone);
    }

    /** The worker leaves: nothing more is started. */
    void dropAll() {
        held.dropAll();
        board.dropAll();
    }
}
