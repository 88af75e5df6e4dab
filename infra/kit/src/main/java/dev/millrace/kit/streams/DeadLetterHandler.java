package dev.millrace.kit.streams;

import dev.millrace.kit.DeadLetter;
import dev.millrace.serde.RegistryErrors;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record that can never be read goes to {@code millrace.dead-letters}, in the same transaction as
 * the offset behind it, and the stream goes on. Anything else (an outage, refused credentials)
 * fails the thread, which starts again at the same record. Sources use a {@link
 * dev.millrace.kit.PatientDeserializer}, so an unknown schema id has had its grace by now.
 *
 * <p>Configured by name: {@code deserialization.exception.handler}.
 */
public final class DeadLetterHandler implements DeserializationExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterHandler.class);

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception failure) {
        return switch (RegistryErrors.kindOf(failure)) {
            case BAD_RECORD -> deadLetter(record, "undecodable");
            case UNKNOWN_ID -> deadLetter(record, "unknown_schema_id");
            case OUTAGE, UNAUTHORIZED, OTHER -> Response.fail();
        };
    }

    private static Response deadLetter(ConsumerRecord<byte[], byte[]> record, String reason) {
        LOG.warn(
                "dead_letter topic={} partition={} offset={} reason={}",
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
        DeadLetter letter =
                new DeadLetter(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        reason,
                        1,
                        record.value());
        return Response.resume(List.of(letter.toRecord(record.headers())));
    }

    @Override
    public void configure(Map<String, ?> configs) {}
}
