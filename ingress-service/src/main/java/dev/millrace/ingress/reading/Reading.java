package dev.millrace.ingress.reading;

/** What reading a record came to. */
public sealed interface Reading<T> {

    record Value<T>(T value) implements Reading<T> {}

    /**
     * It can never be read.
     *
     * @param reason a short stable word, then detail; no content
     * @param attempts how often it was tried
     */
    record Bad<T>(String reason, int attempts) implements Reading<T> {}

    /** Not at fault itself: it must be read again later. */
    record Later<T>(Why why) implements Reading<T> {}

    enum Why {
        /** The registry does not know the record's schema: in its grace period. */
        UNKNOWN_SCHEMA,
        /** So many schemas are unknown that it must be the registry that is broken. */
        HALTED,
        /** The registry cannot be asked. */
        REGISTRY_DOWN,
        /** The registry refuses our credentials. */
        REGISTRY_REFUSES
    }
}
