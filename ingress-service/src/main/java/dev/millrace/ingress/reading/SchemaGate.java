package dev.millrace.ingress.reading;

import dev.millrace.ingress.reading.Reading.Bad;
import dev.millrace.ingress.reading.Reading.Later;
import dev.millrace.ingress.reading.Reading.Value;
import dev.millrace.ingress.reading.Reading.Why;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads records, with patience for schemas that the registry does not know. Not thread-safe. */
public final class SchemaGate<T> {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private final RecordDecoder<T> decoder;
    private final UnknownSchemas unknown;
    private final Clock clock;

    public SchemaGate(Deserializer<T> deserializer, UnknownSchemas.Patience patience, Clock clock) {
        this.decoder = new RecordDecoder<>(deserializer, clock, PAUSE);
        this.unknown = new UnknownSchemas(patience);
        this.clock = clock;
    }

    public Reading<T> read(ConsumerRecord<byte[], byte[]> record) {
        return switch (decoder.decode(record.topic(), record.headers(), record.value())) {
            case Decoded.Value<T>(T value) -> {
                RecordDecoder.schemaId(record.value()).ifPresent(unknown::known);
                yield new Value<>(value);
            }
            case Decoded.Unreadable<T>(String reason) -> new Bad<>(reason, 1);
            case Decoded.UnknownSchema<T>(int schemaId) -> unknown(schemaId);
            case Decoded.NoAnswer<T>(Why why) -> new Later<>(why);
        };
    }

    /**
     * Looks at what comes behind a record that waits for its schema: whether other schemas are
     * unknown too decides whose fault it is. Stops at the first sign that the registry gives no
     * answer.
     */
    public void survey(List<ConsumerRecord<byte[], byte[]>> following) {
        Set<Integer> asked = new HashSet<>(unknown.ids());
        for (ConsumerRecord<byte[], byte[]> record : following) {
            OptionalInt schemaId = RecordDecoder.schemaId(record.value());
            boolean isNew = schemaId.isPresent() && asked.add(schemaId.getAsInt());
            if (halted() || (isNew && isWithoutAnswer(record))) {
                return;
            }
        }
    }

    /** Whether so many schemas are unknown that no record is given up. */
    public boolean halted() {
        return unknown.halted(clock.instant());
    }

    private boolean isWithoutAnswer(ConsumerRecord<byte[], byte[]> record) {
        return read(record) instanceof Later<T>(Why why)
                && (why == Why.REGISTRY_DOWN || why == Why.REGISTRY_REFUSES);
    }

    private Reading<T> unknown(int schemaId) {
        return switch (unknown.unknown(schemaId, clock.instant())) {
            case WAIT -> new Later<>(Why.UNKNOWN_SCHEMA);
            case HALT -> new Later<>(Why.HALTED);
            case GIVE_UP ->
                    new Bad<>("unknown_schema: schema_id=" + schemaId, unknown.attempts(schemaId));
        };
    }
}
