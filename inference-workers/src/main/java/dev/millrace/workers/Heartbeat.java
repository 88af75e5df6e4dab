package dev.millrace.workers;

import dev.millrace.topics.Topics;
import dev.millrace.v1.Finishing;
import dev.millrace.v1.LaneStatus;
import dev.millrace.workers.engine.LaneEngine;
import dev.millrace.workers.handover.StatusReader;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.UnderWay;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the lane's status to {@code millrace.lane-status} every few seconds, at once when another
 * worker waits for what it says, and takes it back on leaving. A status that cannot be told now is
 * told the next time.
 */
final class Heartbeat implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration GOOD_BYE = Duration.ofSeconds(1);
    private static final Duration AT_LEAST_APART = Duration.ofMillis(20);

    private final Producer<byte[], byte[]> producer;
    private final Serializer<LaneStatus> serializer;
    private final WorkerSettings settings;
    private final JobBoard board;
    private final LaneEngine engine;
    private final TokenRate rate;
    private final Clock clock;
    private final byte[] key;
    private final long self;
    private final UnderWay underWay;
    private final Semaphore soon = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("heartbeat").unstarted(this::beat);

    /**
     * @param self the runner that we are
     */
    Heartbeat(
            Producer<byte[], byte[]> producer,
            Serializer<LaneStatus> serializer,
            WorkerSettings settings,
            long self,
            UnderWay underWay,
            JobBoard board,
            LaneEngine engine,
            TokenRate rate,
            Clock clock) {
        this.producer = producer;
        this.serializer = serializer;
        this.settings = settings;
        this.self = self;
        this.underWay = underWay;
        this.board = board;
        this.engine = engine;
        this.rate = rate;
        this.clock = clock;
        this.key = (settings.lane() + "/" + settings.worker()).getBytes(StandardCharsets.UTF_8);
    }

    Heartbeat start() {
        thread.start();
        return this;
    }

    /** Tells the status now: somebody may wait for what it says. From any thread. */
    void soon() {
        soon.release();
    }

    /**
     * What became of the last jobs, and then a tombstone: the compacted topic forgets the worker.
     */
    @Override
    public void close() {
        thread.interrupt();
        try {
            boolean ended = thread.join(GOOD_BYE);
            LOG.debug("heartbeat_ended={}", ended);
            tell();
            producer.send(record(null)).get(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debug("lane_status=not_taken_back error={}", e.toString());
        }
    }

    private void beat() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                tell();
                TimeUnit.NANOSECONDS.sleep(AT_LEAST_APART.toNanos());
                boolean asked =
                        soon.tryAcquire(settings.heartbeat().toNanos(), TimeUnit.NANOSECONDS);
                LOG.debug("heartbeat_asked={} more={}", asked, soon.drainPermits());
            }
        } catch (InterruptedException e) {
            LOG.debug("heartbeat=interrupted");
        }
    }

    private void tell() {
        LaneStatus status =
                new LaneStatus(
                        settings.lane(),
                        settings.worker(),
                        board.slots(),
                        board.running(),
                        rate.perSecond(),
                        engine.breaker().word(),
                        clock.instant(),
                        StatusReader.hex(self),
                        underWay.handedOver().stream().map(Heartbeat::finishing).toList());
        try {
            producer.send(record(serializer.serialize(Topics.LANE_STATUS.name(), status)));
        } catch (KafkaException e) {
            LOG.debug("lane_status=untold error={}", e.toString());
        }
    }

    private static Finishing finishing(HandedOver record) {
        return new Finishing(
                record.place().topic(),
                record.place().partition(),
                record.place().offset(),
                StatusReader.word(record.fate()));
    }

    private ProducerRecord<byte[], byte[]> record(byte @Nullable [] value) {
        return new ProducerRecord<>(Topics.LANE_STATUS.name(), key, value);
    }
}
