package dev.millrace.classifier.stream;

import dev.millrace.kit.DeadLetter;
import dev.millrace.kit.telemetry.FaultTrail;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record that could be read but not decided about goes to the dead letters, in the transaction
 * that moves past it. Anything else that fails while processing (a store, a sink, the registry
 * behind it) stops the thread, which then tries the same record again.
 *
 * <p>Configured by name: {@code processing.exception.handler}.
 */
public final class UndecidableRecords implements ProcessingExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(UndecidableRecords.class);
    private static final int MAX_CAUSES = 16;

    @Override
    public Response handleError(
            ErrorHandlerContext context, @Nullable Record<?, ?> record, Exception failure) {
        if (!isUndecidable(failure)) {
            return Response.fail();
        }
        LOG.error(
                "dead_letter topic={} partition={} offset={} reason=unprocessable error={}",
                context.topic(),
                context.partition(),
                context.offset(),
                FaultTrail.of(failure));
        DeadLetter letter =
                new DeadLetter(
                        context.topic(),
                        context.partition(),
                        context.offset(),
                        "unprocessable",
                        1,
                        context.sourceRawValue());
        return Response.resume(List.of(letter.toRecord(new RecordHeaders(context.headers()))));
    }

    @Override
    public void configure(Map<String, ?> configs) {}

    private static boolean isUndecidable(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            if (at instanceof UndecidableException) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }
}
