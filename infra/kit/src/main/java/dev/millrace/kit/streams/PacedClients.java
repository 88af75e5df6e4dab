package dev.millrace.kit.streams;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/** Kafka Streams' own clients; a {@link CommitPace} hears how long their transactions take. */
public final class PacedClients extends DefaultKafkaClientSupplier {
    private final CommitPace pace;

    public PacedClients(CommitPace pace) {
        this.pace = pace;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new PacedProducer(config, pace);
    }

    /** A transaction ends with its offsets, which are sent first, and the commit. */
    private static final class PacedProducer extends KafkaProducer<byte[], byte[]> {
        private final CommitPace pace;

        private PacedProducer(Map<String, Object> config, CommitPace pace) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
            this.pace = pace;
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
            pace.began();
            super.sendOffsetsToTransaction(offsets, group);
        }

        @Override
        public void abortTransaction() {
            super.abortTransaction();
            pace.ended();
        }

        @Override
        public void commitTransaction() {
            pace.began();
            super.commitTransaction();
            pace.ended();
        }
    }
}
