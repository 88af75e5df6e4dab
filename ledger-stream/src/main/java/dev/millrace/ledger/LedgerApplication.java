package dev.millrace.ledger;

import io.micronaut.runtime.Micronaut;

/** Starts the ledger. */
public final class LedgerApplication {
    public static void main(String[] args) {
        Micronaut.build(args).mainClass(LedgerApplication.class).banner(false).start();
    }

    private LedgerApplication() {}
}
