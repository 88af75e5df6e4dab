package dev.millrace.dispatcher;

import dev.millrace.dispatcher.store.Arrived;
import dev.millrace.kit.DatabaseErrors;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.v1.WebhookEvent;
import io.micronaut.configuration.kafka.annotation.KafkaListener;
import io.micronaut.configuration.kafka.annotation.OffsetReset;
import io.micronaut.configuration.kafka.annotation.OffsetStrategy;
import io.micronaut.configuration.kafka.annotation.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code millrace.webhooks} into rows; an offset is committed only behind its row. What may pass
 * (database, registry down) is waited out by reading the batch again; a record that can never be a
 * row becomes a dead letter.
 */
@KafkaListener(
        groupId = WebhookIntake.GROUP,
        clientId = WebhookIntake.GROUP,
        batch = true,
        offsetReset = OffsetReset.EARLIEST,
        offsetStrategy = OffsetStrategy.DISABLED,
        isolation = IsolationLevel.READ_COMMITTED,
        pollTimeout = "250ms",
        autoStartup = false)
public class WebhookIntake {
    static final String GROUP = "millrace-dispatcher";
    private static final Logger LOG = LoggerFactory.getLogger(WebhookIntake.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final DispatchFlow flow;
    private final Dispatcher dispatcher;
    private final Deserializer<WebhookEvent> events;
    private final DeadLetterQueue deadLetters;
    private final Tracing tracing;

    public WebhookIntake(
            DispatchFlow flow,
            Dispatcher dispatcher,
            Deserializer<WebhookEvent> events,
            DeadLetterQueue deadLetters,
            Tracing tracing) {
        this.flow = flow;
        this.dispatcher = dispatcher;
        this.events = events;
        this.deadLetters = deadLetters;
        this.tracing = tracing;
    }

    @Topic("millrace.webhooks")
    void receive(ConsumerRecords<byte[], byte[]> records, Consumer<byte[], byte[]> consumer) {
        try {
            List<Incoming> incoming = read(records);
            try {
                keep(incoming);
            } finally {
                incoming.forEach(each -> each.hop().close());
            }
            consumer.commitSync(records.nextOffsets());
            dispatcher.wake();
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn(
                    "intake=waiting retry_in_ms={} error={}",
                    PAUSE.toMillis(),
                    DatabaseErrors.describe(e));
            readAgain(records, consumer);
        }
    }

    private record Incoming(ConsumerRecord<byte[], byte[]> record, WebhookEvent event, Hop hop) {
        Arrived arrived() {
            return new Arrived(event, hop.context());
        }
    }

    private List<Incoming> read(ConsumerRecords<byte[], byte[]> records) {
        List<Incoming> incoming = new ArrayList<>(records.count());
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                WebhookEvent event =
                        events.deserialize(record.topic(), record.headers(), record.value());
                incoming.add(new Incoming(record, event, received(record, event)));
            } catch (RuntimeException e) {
                switch (RegistryErrors.kindOf(e)) {
                    case OUTAGE, UNAUTHORIZED -> throw e;
                    case BAD_RECORD -> deadLetters.put(record, "undecodable");
                    case UNKNOWN_ID -> deadLetters.put(record, "unknown_schema_id");
                    case OTHER -> deadLetters.put(record, "unprocessable");
                }
            }
        }
        return incoming;
    }

    private Hop received(ConsumerRecord<byte[], byte[]> record, WebhookEvent event) {
        return tracing.receive(record, GROUP)
                .set(TelemetryNames.WEBHOOK, event.getWebhookId())
                .set(TelemetryNames.JOB, event.getJobId())
                .set(TelemetryNames.TENANT, event.getTenant());
    }

    /** All at once; one by one when the database refuses them, to find the one that it refuses. */
    private void keep(List<Incoming> incoming) {
        try {
            flow.keep(incoming.stream().map(Incoming::arrived).toList());
        } catch (RuntimeException e) {
            if (DatabaseErrors.kindOf(e) != DatabaseErrors.Kind.BAD_DATA) {
                throw e;
            }
            incoming.forEach(this::keepOne);
        }
    }

    private void keepOne(Incoming incoming) {
        try {
            flow.keep(List.of(incoming.arrived()));
        } catch (RuntimeException e) {
            if (DatabaseErrors.kindOf(e) != DatabaseErrors.Kind.BAD_DATA) {
                throw e;
            }
            deadLetters.put(incoming.record(), "refused_by_database");
        }
    }

    private static void readAgain(
            ConsumerRecords<byte[], byte[]> records, Consumer<byte[], byte[]> consumer) {
        for (TopicPartition partition : records.partitions()) {
            if (consumer.assignment().contains(partition)) {
                consumer.seek(partition, records.records(partition).getFirst().offset());
            }
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
