package dev.millrace.ledger.sink;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/**
 * The partitions that this process reads, and the offset that the database holds for each. A new
 * partition is paused until its stored offset has been read: what Kafka itself committed for the
 * group is for lag displays only.
 */
final class SinkAssignment implements ConsumerRebalanceListener {
    private final Consumer<?, ?> consumer;
    private final Map<TopicPartition, Long> stored = new HashMap<>();
    private final Set<TopicPartition> fresh = new HashSet<>();

    SinkAssignment(Consumer<?, ?> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        fresh.addAll(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        partitions.forEach(stored::remove);
        fresh.removeAll(partitions);
    }

    /** Goes to the stored offsets of new partitions; they stay paused when reading them fails. */
    void placeFresh(Function<Set<TopicPartition>, Map<TopicPartition, Long>> read) {
        if (fresh.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> found = read.apply(Set.copyOf(fresh));
        found.forEach(consumer::seek);
        stored.putAll(found);
        consumer.resume(found.keySet());
        fresh.removeAll(found.keySet());
    }

    /** Reads again from what the database holds as far as it is known here. */
    void rewind() {
        stored.forEach(consumer::seek);
    }

    /** What the database holds is not known any more. */
    void forget() {
        Set<TopicPartition> known = Set.copyOf(stored.keySet());
        stored.clear();
        onPartitionsAssigned(known);
    }

    Map<TopicPartition, Long> stored() {
        return Map.copyOf(stored);
    }

    void moved(Map<TopicPartition, Long> next) {
        stored.putAll(next);
    }
}
