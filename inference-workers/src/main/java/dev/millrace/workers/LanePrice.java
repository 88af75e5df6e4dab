package dev.millrace.workers;

import dev.millrace.catalog.Price;
import dev.millrace.workers.endpoint.KeySpend;
import java.time.Instant;
import java.util.Optional;

/** The lane's price for those who are made before the worker that knows the catalog. */
final class LanePrice implements KeySpend.Prices {
    private volatile KeySpend.Prices source = moment -> Optional.empty();

    void follow(KeySpend.Prices prices) {
        source = prices;
    }

    @Override
    public Optional<Price> at(Instant moment) {
        return source.at(moment);
    }
}
