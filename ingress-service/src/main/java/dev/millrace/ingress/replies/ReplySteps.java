package dev.millrace.ingress.replies;

import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.ServiceState;
import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.loop.Steps;
import dev.millrace.ingress.reading.Reading;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards results to their tenants' reply topics, at least once. Reading goes on while a
 * destination at fault is tried again; what is committed is what lies before the first result with
 * an open delivery.
 */
public final class ReplySteps implements Steps {
    private static final Logger LOG = LoggerFactory.getLogger(ReplySteps.class);
    private static final Duration POLL_IDLE = Duration.ofMillis(250);
    private static final Duration POLL_BUSY = Duration.ofMillis(20);
    private static final Duration READ_AGAIN = Duration.ofSeconds(1);
    private static final Duration COMMIT_EVERY = Duration.ofMillis(100);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private static final int MOST_WAITING = 100;

    private final Consumer<byte[], byte[]> consumer;
    private final SchemaGate<InferenceResult> records;
    private final ReplyTasks tasks;
    private final Clock clock;
    private final ServiceState state;
    private final Map<TopicPartition, OpenOffsets> open = new HashMap<>();
    private final Map<TopicPartition, Long> read = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final Map<TopicPartition, Instant> heldUntil = new HashMap<>();
    private Instant committedAt = Instant.MIN;

    /**
     * Subscribes and begins.
     *
     * @param mayReceive whether a tenant's result may go to a reply name
     * @param attempts strikes after which a delivery to a destination at fault is given up
     */
    public static ReplySteps of(
            Consumer<byte[], byte[]> consumer,
            SchemaGate<InferenceResult> records,
            Producer<String, InferenceResult> producer,
            Tracing tracing,
            ReplyTopics topics,
            DeadLetters deadLetters,
            BiPredicate<String, String> mayReceive,
            int attempts,
            Clock clock,
            ServiceState state,
            IngressMetrics metrics) {
        ReplySender sender =
                new ReplySender(
                        producer,
                        topics,
                        mayReceive,
                        () -> state.isUp(ServiceState.Part.BROKER),
                        tracing);
        DeliveryPolicy policy = new DeliveryPolicy(attempts, MOST_WAITING);
        return new ReplySteps(
                consumer,
                records,
                new ReplyTasks(sender, deadLetters, policy, clock, metrics),
                clock,
                state);
    }

    ReplySteps(
            Consumer<byte[], byte[]> consumer,
            SchemaGate<InferenceResult> records,
            ReplyTasks tasks,
            Clock clock,
            ServiceState state) {
        this.consumer = consumer;
        this.records = records;
        this.tasks = tasks;
        this.clock = clock;
        this.state = state;
        consumer.subscribe(List.of(Topics.RESULTS.name()), new Assignment());
    }

    @Override
    public void step() {
        tasks.settle();
        pauseAndResume();
        ConsumerRecords<byte[], byte[]> polled =
                consumer.poll(tasks.isIdle() ? POLL_IDLE : POLL_BUSY);
        polled.nextOffsets().forEach((partition, next) -> read.put(partition, next.offset()));
        for (TopicPartition partition : polled.partitions()) {
            take(partition, polled.records(partition));
        }
        if (!clock.instant().isBefore(committedAt.plus(COMMIT_EVERY))) {
            commit();
        }
        report();
    }

    @Override
    public void close() {
        tasks.settle();
        commit();
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        state.down(ServiceState.Part.REPLIES, "stopped");
    }

    private void take(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> results) {
        OpenOffsets offsets = open.computeIfAbsent(partition, is -> new OpenOffsets());
        for (ConsumerRecord<byte[], byte[]> record : results) {
            switch (records.read(record)) {
                case Reading.Value<InferenceResult>(InferenceResult result) ->
                        tasks.deliver(record, result, offsets);
                case Reading.Bad<InferenceResult>(String reason, int attempts) ->
                        tasks.bury(record, reason, attempts, offsets);
                case Reading.Later<InferenceResult>(Reading.Why why) -> {
                    LOG.warn(
                            "replies=wait cause={} partition={} offset={}",
                            why,
                            partition,
                            record.offset());
                    consumer.seek(partition, record.offset());
                    read.put(partition, record.offset());
                    heldUntil.put(partition, clock.instant().plus(READ_AGAIN));
                    return;
                }
            }
        }
    }

    /** Paused: everything while too much is open, else the partitions that cannot be read now. */
    private void pauseAndResume() {
        Instant now = clock.instant();
        heldUntil.values().removeIf(until -> !now.isBefore(until));
        Set<TopicPartition> resumed = new HashSet<>(consumer.assignment());
        Set<TopicPartition> paused =
                tasks.isFull() ? consumer.assignment() : Set.copyOf(heldUntil.keySet());
        resumed.removeAll(paused);
        consumer.pause(paused);
        consumer.resume(resumed);
    }

    private void commit() {
        committedAt = clock.instant();
        Map<TopicPartition, Long> news = OpenOffsets.committable(read, open);
        news.entrySet().removeIf(each -> each.getValue().equals(committed.get(each.getKey())));
        if (news.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        news.forEach((partition, next) -> offsets.put(partition, new OffsetAndMetadata(next)));
        try {
            consumer.commitSync(offsets, COMMIT_TIMEOUT);
            committed.putAll(news);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn("replies=not_committed partitions={} error={}", news.size(), e.toString());
        }
    }

    private void report() {
        if (!consumer.assignment().isEmpty()) {
            state.up(
                    ServiceState.Part.REPLIES,
                    "partitions=" + consumer.assignment().size() + " waiting=" + tasks.waiting());
        } else if (consumer.groupMetadata().generationId() > 0) {
            state.up(ServiceState.Part.REPLIES, "other instances have all partitions");
        }
    }

    private final class Assignment implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            tasks.settle();
            commit();
            onPartitionsLost(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            LOG.info("replies=revoked partitions={}", partitions);
            tasks.forget(partitions);
            open.keySet().removeAll(partitions);
            read.keySet().removeAll(partitions);
            committed.keySet().removeAll(partitions);
            heldUntil.keySet().removeAll(partitions);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            LOG.info("replies=assigned partitions={}", partitions);
        }
    }
}
