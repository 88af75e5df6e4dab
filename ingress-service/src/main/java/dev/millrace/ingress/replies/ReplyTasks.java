package dev.millrace.ingress.replies;

import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.DeadLetter;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deliveries and dead letters under way, and those that wait for another try. They end on the
 * producer's thread; everything else happens on one thread, which calls {@link #settle}.
 */
final class ReplyTasks {
    private static final Logger LOG = LoggerFactory.getLogger(ReplyTasks.class);
    private static final int MOST_OPEN = 1_000;
    private static final int MOST_OPEN_BYTES = 16 * 1024 * 1024;
    private static final Duration BURIAL_PAUSE = Duration.ofSeconds(1);

    private final ReplySender sender;
    private final DeadLetters deadLetters;
    private final DeliveryPolicy policy;
    private final Clock clock;
    private final IngressMetrics metrics;
    private final Queue<Runnable> ended = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
    private int open;
    private long openBytes;

    /** Something to be tried again. */
    private record Waiting(
            Instant when, ConsumerRecord<byte[], byte[]> source, String destination, Runnable retry)
            implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            return when.compareTo(other.when);
        }

        TopicPartition from() {
            return new TopicPartition(source.topic(), source.partition());
        }
    }

    ReplyTasks(
            ReplySender sender,
            DeadLetters deadLetters,
            DeliveryPolicy policy,
            Clock clock,
            IngressMetrics metrics) {
        this.sender = sender;
        this.deadLetters = deadLetters;
        this.policy = policy;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Sends a result to each of its reply topics. */
    void deliver(
            ConsumerRecord<byte[], byte[]> source, InferenceResult result, OpenOffsets offsets) {
        List<String> replies = result.getReplies().stream().distinct().toList();
        offsets.open(source.offset(), replies.size());
        for (String reply : replies) {
            Delivery delivery = new Delivery(source, result, reply, 0);
            begin(source);
            attempt(delivery, offsets);
        }
    }

    /** Writes a dead letter for a record that cannot be read. */
    void bury(
            ConsumerRecord<byte[], byte[]> source,
            String reason,
            int attempts,
            OpenOffsets offsets) {
        offsets.open(source.offset(), 1);
        begin(source);
        letter(source, reason, attempts, offsets);
    }

    /** Takes in what has ended and tries again what is due. */
    void settle() {
        for (int left = ended.size(); left > 0; left--) {
            Runnable end = ended.poll();
            if (end != null) {
                end.run();
            }
        }
        Instant now = clock.instant();
        while (!waiting.isEmpty() && !waiting.peek().when().isAfter(now)) {
            waiting.remove().retry().run();
        }
    }

    /** Whether so much is open that no more should be read. */
    boolean isFull() {
        return open >= MOST_OPEN || openBytes >= MOST_OPEN_BYTES;
    }

    boolean isIdle() {
        return open == 0;
    }

    int waiting() {
        return waiting.size();
    }

    /** The partitions are another instance's now: it tries what waits here. */
    void forget(Collection<TopicPartition> partitions) {
        waiting.removeIf(
                each -> {
                    boolean gone = partitions.contains(each.from());
                    if (gone) {
                        end(each.source());
                    }
                    return gone;
                });
    }

    private void attempt(Delivery delivery, OpenOffsets offsets) {
        var _ =
                sender.send(delivery)
                        .thenAccept(
                                delivered -> ended.add(() -> follow(delivery, delivered, offsets)));
    }

    private void follow(Delivery delivery, Delivered delivered, OpenOffsets offsets) {
        int others =
                (int)
                        waiting.stream()
                                .filter(each -> each.destination().equals(delivery.reply()))
                                .count();
        switch (policy.after(delivery, delivered, others, clock.instant())) {
            case DeliveryPolicy.Next.Settled settled -> {
                metrics.replied();
                offsets.settle(delivery.source().offset());
                end(delivery.source());
            }
            case DeliveryPolicy.Next.TryAt(Instant when, Delivery again) -> {
                LOG.debug("reply=waits reply={} outcome={} at={}", again.reply(), delivered, when);
                waiting.add(
                        new Waiting(
                                when,
                                again.source(),
                                again.reply(),
                                () -> attempt(again, offsets)));
            }
            case DeliveryPolicy.Next.Bury(String reason, int attempts) ->
                    letter(delivery.source(), reason, attempts, offsets);
        }
    }

    private void letter(
            ConsumerRecord<byte[], byte[]> source,
            String reason,
            int attempts,
            OpenOffsets offsets) {
        DeadLetter letter =
                new DeadLetter(
                        source.topic(),
                        source.partition(),
                        source.offset(),
                        reason,
                        attempts,
                        source.value());
        var _ =
                deadLetters
                        .bury(letter, source.headers())
                        .thenAccept(
                                sent ->
                                        ended.add(
                                                () ->
                                                        buried(
                                                                source, reason, attempts, offsets,
                                                                sent)));
    }

    private void buried(
            ConsumerRecord<byte[], byte[]> source,
            String reason,
            int attempts,
            OpenOffsets offsets,
            Sent sent) {
        if (sent instanceof Sent.NotNow) {
            waiting.add(
                    new Waiting(
                            clock.instant().plus(BURIAL_PAUSE),
                            source,
                            Topics.DEAD_LETTERS,
                            () -> letter(source, reason, attempts, offsets)));
        } else {
            offsets.settle(source.offset());
            end(source);
        }
    }

    private void begin(ConsumerRecord<byte[], byte[]> source) {
        open++;
        openBytes += Math.max(0, source.serializedValueSize());
    }

    private void end(ConsumerRecord<byte[], byte[]> source) {
        open--;
        openBytes -= Math.max(0, source.serializedValueSize());
    }
}
