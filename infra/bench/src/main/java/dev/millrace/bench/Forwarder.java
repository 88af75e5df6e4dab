package dev.millrace.bench;

import dev.millrace.kit.Connection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The cheapest honest way over one hop: a plain consumer and a plain producer of bytes, with the
 * client settings that Millrace uses. Nothing is lost when it dies, like in Millrace.
 */
final class Forwarder implements Runnable {
    /** As often as the classifier commits. */
    private static final Duration TRANSACTION = Duration.ofMillis(10);

    /** Plain hops only repeat what was not committed, so they need not hurry. */
    private static final Duration COMMIT = Duration.ofMillis(100);

    private static final Duration POLL = Duration.ofMillis(100);

    private final FloorHop hop;
    private final List<byte[]> tenants;
    private final Connection connection;
    private final CountDownLatch ready;
    private final CountDownLatch stopping;
    private final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();
    private long pendingSince;

    /**
     * @param ready counted down when it has partitions to read
     * @param stopping ends it when it reaches zero
     */
    Forwarder(
            FloorHop hop,
            List<String> tenants,
            Connection connection,
            CountDownLatch ready,
            CountDownLatch stopping) {
        this.hop = hop;
        this.tenants =
                tenants.stream().map(tenant -> tenant.getBytes(StandardCharsets.UTF_8)).toList();
        this.connection = connection;
        this.ready = ready;
        this.stopping = stopping;
    }

    @Override
    public void run() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerSettings());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings())) {
            if (hop.transactional()) {
                producer.initTransactions();
            }
            consumer.subscribe(hop.from());
            boolean assigned = false;
            while (stopping.getCount() > 0) {
                forward(consumer.poll(pollTime()), producer);
                commitIfDue(consumer, producer);
                if (!assigned && !consumer.assignment().isEmpty()) {
                    assigned = true;
                    ready.countDown();
                }
            }
        }
    }

    private void forward(
            ConsumerRecords<byte[], byte[]> records, KafkaProducer<byte[], byte[]> producer) {
        if (records.isEmpty()) {
            return;
        }
        if (pending.isEmpty()) {
            pendingSince = System.nanoTime();
            if (hop.transactional()) {
                producer.beginTransaction();
            }
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
            send(producer, forwarded(record.value()));
        }
        pending.putAll(records.nextOffsets());
    }

    private ProducerRecord<byte[], byte[]> forwarded(byte[] value) {
        int tenant = FloorRecord.tenant(value);
        Line.Mark mark = FloorRecord.mark(value);
        byte[] key =
                hop.tenantKey()
                        ? tenants.get(tenant)
                        : ByteBuffer.allocate(Long.BYTES)
                                .putInt(mark.run())
                                .putInt(mark.index())
                                .array();
        return new ProducerRecord<>(hop.to(), key, FloorRecord.of(mark, tenant, hop.bytes()));
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        var sent =
                producer.send(
                        record,
                        (metadata, error) -> {
                            if (error != null) {
                                System.err.println(hop.name() + " lost a record: " + error);
                            }
                        });
        if (sent.isCancelled()) {
            throw new IllegalStateException(hop.name() + " could not send");
        }
    }

    private void commitIfDue(
            KafkaConsumer<byte[], byte[]> consumer, KafkaProducer<byte[], byte[]> producer) {
        Duration interval = hop.transactional() ? TRANSACTION : COMMIT;
        if (pending.isEmpty() || System.nanoTime() - pendingSince < interval.toNanos()) {
            return;
        }
        if (hop.transactional()) {
            producer.sendOffsetsToTransaction(pending, consumer.groupMetadata());
            producer.commitTransaction();
        } else {
            producer.flush();
            consumer.commitAsync(Map.copyOf(pending), null);
        }
        pending.clear();
    }

    private Duration pollTime() {
        if (pending.isEmpty() || !hop.transactional()) {
            return POLL;
        }
        long left = TRANSACTION.toNanos() - (System.nanoTime() - pendingSince);
        return Duration.ofNanos(Math.max(0, left));
    }

    private Map<String, Object> consumerSettings() {
        Map<String, Object> settings =
                new HashMap<>(connection.consumer("bench-floor-" + hop.name()));
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return settings;
    }

    private Map<String, Object> producerSettings() {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        if (hop.transactional()) {
            settings.put("transactional.id", "bench-floor-" + hop.name());
        }
        return settings;
    }
}
