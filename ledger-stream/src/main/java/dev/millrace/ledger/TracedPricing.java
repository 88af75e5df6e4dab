package dev.millrace.ledger;

import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.UsageEvent;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Prices a result within its job's trace, and sends the usage on in it. */
final class TracedPricing implements FixedKeyProcessor<String, InferenceResult, UsageEvent> {
    private final Function<InferenceResult, UsageEvent> price;
    private final Tracing tracing;
    private @Nullable FixedKeyProcessorContext<String, UsageEvent> context;

    TracedPricing(Function<InferenceResult, UsageEvent> price, Tracing tracing) {
        this.price = price;
        this.tracing = tracing;
    }

    @Override
    public void init(FixedKeyProcessorContext<String, UsageEvent> opened) {
        context = opened;
    }

    @Override
    public void process(FixedKeyRecord<String, InferenceResult> record) {
        FixedKeyProcessorContext<String, UsageEvent> here = context;
        if (here == null) {
            throw new IllegalStateException("the processor is not initialised");
        }
        try (Hop hop = received(record.headers(), here.recordMetadata())) {
            UsageEvent usage = price.apply(record.value());
            hop.set(TelemetryNames.JOB, usage.getJobId())
                    .set(TelemetryNames.TENANT, usage.getTenant())
                    .set(TelemetryNames.RESULT, usage.getOutcome())
                    .set(TelemetryNames.COST_MICROS, usage.getCostMicros())
                    .set(TelemetryNames.CURRENCY, usage.getCurrency());
            here.forward(record.withValue(usage).withHeaders(hop.context().over(record.headers())));
        }
    }

    private Hop received(Headers headers, Optional<RecordMetadata> place) {
        TraceContext parent = TraceContext.of(headers);
        return place.map(
                        at ->
                                tracing.receive(
                                        parent,
                                        at.topic(),
                                        at.partition(),
                                        at.offset(),
                                        LedgerTopology.APPLICATION))
                .orElseGet(() -> new Hop.Passing(parent));
    }
}
