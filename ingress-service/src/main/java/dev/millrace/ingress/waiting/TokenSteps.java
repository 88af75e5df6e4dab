package dev.millrace.ingress.waiting;

import dev.millrace.ingress.loop.Steps;
import dev.millrace.topics.Topics;
import dev.millrace.v1.TokenChunk;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the pieces of all streamed answers from now on, and decodes those that somebody here waits
 * for. Best effort, as the pieces themselves are: a result carries the whole answer.
 */
public final class TokenSteps implements Steps {
    private static final Logger LOG = LoggerFactory.getLogger(TokenSteps.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LOOK_UP = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Consumer<byte[], byte[]> consumer;
    private final Deserializer<TokenChunk> chunks;
    private final OpenWaits waits;

    /** Begins at the end of every partition. */
    public TokenSteps(
            Consumer<byte[], byte[]> consumer, Deserializer<TokenChunk> chunks, OpenWaits waits) {
        this.consumer = consumer;
        this.chunks = chunks;
        this.waits = waits;
        List<TopicPartition> partitions =
                consumer.partitionsFor(Topics.TOKENS.name(), LOOK_UP).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(partition -> consumer.position(partition, LOOK_UP));
        LOG.info("tokens=reading partitions={}", partitions.size());
    }

    @Override
    public void step() {
        consumer.poll(POLL).forEach(this::deliver);
    }

    private void deliver(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null
                || !waits.isAwaited(new String(record.key(), StandardCharsets.UTF_8))) {
            return;
        }
        try {
            TokenChunk chunk = chunks.deserialize(record.topic(), record.headers(), record.value());
            if (chunk != null) {
                waits.deliver(chunk);
            }
        } catch (KafkaException e) {
            LOG.warn(
                    "tokens=unreadable partition={} offset={} kind={}",
                    record.partition(),
                    record.offset(),
                    e.getClass().getSimpleName());
        }
    }

    @Override
    public void close() {
        chunks.close();
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }
}
