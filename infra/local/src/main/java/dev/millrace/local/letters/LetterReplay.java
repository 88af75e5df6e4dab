package dev.millrace.local.letters;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.Connection;
import dev.millrace.serde.AvroDeserializer;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends letters in again. A job goes through the same door as any other, its tenant's intake topic,
 * with a header that names its letter: the ingress names the job after that, so the same letter
 * replayed twice, or by a command that was killed and run again, is one job.
 */
public final class LetterReplay implements AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(30);

    private final Catalog catalog;
    private final boolean dryRun;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroDeserializer<SpecificRecord> reading = new AvroDeserializer<>();
    private final Connection connection;
    private final Map<String, Serializer<InferenceJob>> serializers = new HashMap<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /** What became of one letter. */
    public sealed interface Done {
        /** To how many topics it was sent. */
        record Sent(int topics) implements Done {}

        record Not(String why) implements Done {}
    }

    /**
     * @param dryRun decides, and sends nothing
     */
    public LetterReplay(Connection connection, Catalog catalog, boolean dryRun) {
        this.connection = connection;
        this.catalog = catalog;
        this.dryRun = dryRun;
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.remove("key.serializer");
        settings.remove("value.serializer");
        settings.put("linger.ms", "5");
        settings.put("max.block.ms", "30000");
        producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        Map<String, Object> reader = new HashMap<>(connection.reader());
        reader.remove("specific.avro.value.type");
        reading.configure(reader, false);
    }

    /**
     * Sends one letter; it is safe only after {@link #flush}.
     *
     * @throws KafkaException when the broker or the registry cannot be reached
     */
    public Done send(Letter letter) {
        failed();
        return switch (Replayable.of(letter, record(letter))) {
            case Replayable.No(String why) -> new Done.Not(why);
            case Replayable.Job(String tenant, InferenceJob job) ->
                    toIntake(letter, tenant, topic -> serializer(topic).serialize(topic, job));
            case Replayable.IntakeBytes(String topic, byte[] bytes) ->
                    toIntake(letter, Topics.tenantOf(topic), unused -> bytes);
            case Replayable.Result result -> toReplies(letter, result);
        };
    }

    /**
     * Waits until everything that was sent is acknowledged.
     *
     * @return how many records were
     */
    public int flush() {
        producer.flush();
        failed();
        return acknowledged.get();
    }

    @Override
    public void close() {
        producer.close(CLOSE);
        reading.close();
        serializers.values().forEach(Serializer::close);
    }

    private Optional<SpecificRecord> record(Letter letter) {
        try {
            return letter.value().map(bytes -> reading.deserialize(letter.topic(), bytes));
        } catch (RuntimeException e) {
            return switch (RegistryErrors.kindOf(e)) {
                case BAD_RECORD, UNKNOWN_ID -> Optional.empty();
                case OUTAGE, UNAUTHORIZED, OTHER -> throw e;
            };
        }
    }

    private interface Value {
        byte[] in(String topic);
    }

    private Done toIntake(Letter letter, String tenant, Value value) {
        if (catalog.tenant(tenant).isEmpty()) {
            return new Done.Not("its tenant " + tenant + " is not in the catalog");
        }
        String topic = Topics.intake(tenant).name();
        Headers headers = inherited(letter);
        headers.add(DeadLetterHeaders.REPLAY_OF, letter.id().getBytes(StandardCharsets.UTF_8));
        send(new ProducerRecord<>(topic, null, utf8(letter.id()), value.in(topic), headers));
        return new Done.Sent(1);
    }

    /** To those of its topics that are still its tenant's. */
    private Done toReplies(Letter letter, Replayable.Result result) {
        List<String> owned = catalog.tenant(result.tenant()).map(Tenant::replies).orElse(List.of());
        List<String> own = result.replies().stream().filter(owned::contains).toList();
        if (own.isEmpty()) {
            return new Done.Not("its tenant has none of its reply topics: " + result.replies());
        }
        for (String name : own) {
            send(
                    new ProducerRecord<>(
                            Topics.replies(name).name(),
                            null,
                            utf8(result.jobId()),
                            result.bytes(),
                            inherited(letter)));
        }
        return new Done.Sent(own.size());
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        if (dryRun) {
            return;
        }
        producer.send(
                record,
                (unused, error) -> {
                    if (error == null) {
                        acknowledged.incrementAndGet();
                    } else {
                        failure.compareAndSet(null, error);
                    }
                });
    }

    private void failed() {
        Exception first = failure.get();
        if (first != null) {
            throw new KafkaException(
                    "a replay was not acknowledged; run the command again, which repeats no job",
                    first);
        }
    }

    private Serializer<InferenceJob> serializer(String topic) {
        return serializers.computeIfAbsent(
                topic, name -> connection.serializer(Topics.intake(Topics.tenantOf(name))));
    }

    private static Headers inherited(Letter letter) {
        Headers headers = new RecordHeaders();
        for (Header header : letter.headers()) {
            if (!Replayable.isLetters(header.key())) {
                headers.add(header);
            }
        }
        return headers;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
