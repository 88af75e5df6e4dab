package dev.millrace.ledger;

import dev.millrace.catalog.Catalog;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.ledger.pricing.Charge;
import dev.millrace.ledger.pricing.CurrentCatalog;
import dev.millrace.ledger.pricing.UsagePricing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.UsageEvent;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Every result becomes one priced usage event. Read this first; {@code sink} then keeps the events.
 *
 * <p>It needs no store against duplicates. A result is written once, in the classifier's
 * exactly-once transaction; this application reads committed records only and moves its offset in
 * the transaction that writes the event; and the table takes one row for a job, whatever is
 * replayed into it. A store would add a changelog of every job id and protect nothing more.
 */
public final class LedgerTopology implements Supplier<Topology> {
    /** The application's id and so its group. */
    static final String APPLICATION = "millrace-ledger";

    private final Serde<InferenceResult> results;
    private final Serde<UsageEvent> usage;
    private final CurrentCatalog catalog;
    private final UnpricedListener unpriced;
    private final Tracing tracing;

    /** Hears of each result that should have been charged and could not be. */
    @FunctionalInterface
    public interface UnpricedListener {
        void heard(InferenceResult result, String reason);
    }

    public LedgerTopology(
            Serde<InferenceResult> results,
            Serde<UsageEvent> usage,
            CurrentCatalog catalog,
            UnpricedListener unpriced,
            Tracing tracing) {
        this.results = results;
        this.usage = usage;
        this.catalog = catalog;
        this.unpriced = unpriced;
        this.tracing = tracing;
    }

    @Override
    public Topology get() {
        StreamsBuilder builder = new StreamsBuilder();
        addTo(builder);
        return builder.build();
    }

    /** Results, each priced, as usage under the same tenant key. */
    public KStream<String, InferenceResult> addTo(StreamsBuilder builder) {
        KStream<String, InferenceResult> ended =
                builder.stream(
                        Topics.RESULTS.name(),
                        Consumed.with(Serdes.String(), results).withName("results"));
        ended.processValues(() -> new TracedPricing(this::price, tracing), Named.as("price"))
                .to(Topics.USAGE.name(), Produced.with(Serdes.String(), usage).withName("usage"));
        return ended;
    }

    private UsageEvent price(InferenceResult result) {
        long decidedUnder = result.getDecision().map(Decision::getCatalogVersion).orElse(0L);
        Catalog prices = catalog.atLeast(decidedUnder);
        Charge charge = Charge.of(result, prices);
        if (charge instanceof Charge.Unpriced(String reason)) {
            unpriced.heard(result, reason);
        }
        return UsagePricing.event(result, charge, prices);
    }
}
