package dev.millrace.catalog;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A price as the catalog file and the catalog topic write it. */
final class PriceShape {
    static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    /** A million units of the currency; the largest job times this still fits a long. */
    private static final long MAX_RATE = 1_000_000_000_000L;

    private PriceShape() {}

    static Optional<Price> read(Fields fields) {
        String lane = Names.read(fields, "lane");
        Optional<Instant> from = fields.instant("effective_from");
        String currency = fields.text("currency");
        if (!currency.isEmpty() && !CURRENCY.matcher(currency).matches()) {
            fields.reject(
                    "currency",
                    "must be three capital letters such as USD, is \"%s\""
                            .formatted(Nodes.shown(currency)));
        }
        long input = fields.number("input", 0, MAX_RATE);
        long cachedInput = fields.number("cached_input", input, 0, MAX_RATE);
        long output = fields.number("output", 0, MAX_RATE);
        long reasoning = fields.number("reasoning", output, 0, MAX_RATE);
        long request = fields.number("request", 0, 0, MAX_RATE);
        return fields.finish() && from.isPresent()
                ? Optional.of(
                        new Price(
                                lane,
                                from.get(),
                                currency,
                                input,
                                cachedInput,
                                output,
                                reasoning,
                                request))
                : Optional.empty();
    }

    static Map<String, Object> write(Price price) {
        Map<String, Object> body = new TreeMap<>();
        body.put("lane", price.lane());
        body.put("effective_from", price.effectiveFrom().toString());
        body.put("currency", price.currency());
        body.put("input", price.input());
        body.put("cached_input", price.cachedInput());
        body.put("output", price.output());
        body.put("reasoning", price.reasoning());
        body.put("request", price.request());
        return body;
    }
}
