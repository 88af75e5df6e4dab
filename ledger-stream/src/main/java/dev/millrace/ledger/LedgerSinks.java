package dev.millrace.ledger;

import dev.millrace.ledger.sink.Sink;
import java.util.List;

/** All that writes what topics say into tables. */
record LedgerSinks(List<Sink<?>> all) {
    LedgerSinks {
        all = List.copyOf(all);
    }

    void start() {
        all.forEach(Sink::start);
    }

    boolean areWorking() {
        return all.stream().allMatch(Sink::isWorking);
    }

    void close() {
        all.forEach(Sink::close);
    }
}
