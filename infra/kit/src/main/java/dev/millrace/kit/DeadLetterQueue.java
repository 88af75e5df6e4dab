package dev.millrace.kit;

import dev.millrace.topics.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to {@code millrace.dead-letters} for a plain consumer, which moves its offset only behind
 * the acknowledgement.
 */
public final class DeadLetterQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterQueue.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private final Producer<byte[], byte[]> producer;

    public DeadLetterQueue(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    public static DeadLetterQueue to(Connection connection) {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        return new DeadLetterQueue(new KafkaProducer<>(settings));
    }

    /**
     * Writes one record and waits until it is acknowledged.
     *
     * @param reason a short stable word; never content
     * @throws KafkaException when it is not: the record must be tried again
     */
    public void put(ConsumerRecord<?, byte[]> record, String reason) {
        DeadLetter letter =
                new DeadLetter(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        reason,
                        1,
                        record.value());
        try {
            producer.send(letter.toRecord(record.headers()))
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException(
                    "a dead letter was not acknowledged by " + Topics.DEAD_LETTERS, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        LOG.warn(
                "dead_letter topic={} partition={} offset={} reason={}",
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
