package dev.millrace.ingress.intake;

import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.ServiceState;
import dev.millrace.ingress.intake.IntakeBatch.Progress;
import dev.millrace.ingress.intake.IntakeBatch.Waiting;
import dev.millrace.ingress.intake.Verdict.Cause;
import dev.millrace.ingress.loop.Steps;
import dev.millrace.topics.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every tenant's intake topic, those of tenants to come too, and commits what has been passed
 * on. A partition that must wait is paused and tried again; the others go on.
 */
public final class IntakeSteps implements Steps {
    /** Its consumer group. */
    public static final String GROUP = "millrace-ingress";

    private static final Logger LOG = LoggerFactory.getLogger(IntakeSteps.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration COMMIT_EVERY = Duration.ofMillis(100);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Consumer<byte[], byte[]> consumer;
    private final IntakeBatch batch;
    private final TopicIds topicIds;
    private final Clock clock;
    private final ServiceState state;
    private final IngressMetrics metrics;
    private final Holds holds = new Holds();
    private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    private Instant committedAt = Instant.MIN;

    public IntakeSteps(
            Consumer<byte[], byte[]> consumer,
            IntakeBatch batch,
            TopicIds topicIds,
            Clock clock,
            ServiceState state,
            IngressMetrics metrics) {
        this.consumer = consumer;
        this.batch = batch;
        this.topicIds = topicIds;
        this.clock = clock;
        this.state = state;
        this.metrics = metrics;
        consumer.subscribe(new SubscriptionPattern(Topics.INTAKE_PATTERN), new Assignment());
    }

    @Override
    public void step() {
        consumer.resume(holds.due(clock.instant()));
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        Map<TopicPartition, Progress> progress = batch.pass(polled);
        done.putAll(polled.nextOffsets());
        progress.forEach(
                (partition, each) ->
                        each.firstUndone()
                                .ifPresent(
                                        waiting ->
                                                done.put(
                                                        partition,
                                                        new OffsetAndMetadata(waiting.offset()))));
        progress.forEach(this::settle);
        boolean buried = progress.values().stream().anyMatch(Progress::buried);
        if (buried || !clock.instant().isBefore(committedAt.plus(COMMIT_EVERY))) {
            commit();
        }
        report();
    }

    @Override
    public void close() {
        commit();
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        state.down(ServiceState.Part.INTAKE, "stopped");
    }

    private void settle(TopicPartition partition, Progress progress) {
        if (progress.firstUndone().isPresent()) {
            hold(partition, progress.firstUndone().get());
        } else if (holds.release(partition)) {
            LOG.info(
                    "intake=goes_on topic={} partition={}",
                    partition.topic(),
                    partition.partition());
        }
    }

    private void hold(TopicPartition partition, Waiting waiting) {
        consumer.seek(partition, waiting.offset());
        consumer.pause(List.of(partition));
        if (holds.hold(partition, waiting.cause(), clock.instant())) {
            LOG.atLevel(
                            waiting.cause() == Cause.HALTED
                                    ? org.slf4j.event.Level.ERROR
                                    : org.slf4j.event.Level.WARN)
                    .log(
                            "intake=waits cause={} topic={} partition={} offset={}",
                            waiting.cause(),
                            partition.topic(),
                            partition.partition(),
                            waiting.offset());
        }
    }

    /**
     * What cannot be committed now is committed later, or read again: its jobs keep their names.
     */
    private void commit() {
        committedAt = clock.instant();
        if (done.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(done, COMMIT_TIMEOUT);
            done.clear();
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("intake=not_committed partitions={} error={}", done.size(), e.toString());
        }
    }

    private void report() {
        boolean halted = holds.causes().contains(Cause.HALTED);
        metrics.holding(holds.size(), halted);
        if (consumer.groupMetadata().generationId() > 0) {
            state.up(
                    ServiceState.Part.INTAKE,
                    (halted ? "halted: too many schemas are unknown to the registry, " : "")
                            + "partitions="
                            + consumer.assignment().size()
                            + " "
                            + holds);
        }
    }

    /** A partition leaves with all that was done in it committed, and arrives without memories. */
    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commit();
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            forget(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            LOG.info("intake=assigned partitions={}", partitions);
            topicIds.forget(partitions.stream().map(TopicPartition::topic).distinct().toList());
        }

        private void forget(Collection<TopicPartition> partitions) {
            LOG.info("intake=revoked partitions={}", partitions);
            holds.forget(partitions);
            done.keySet().removeAll(partitions);
        }
    }
}
