package dev.millrace.ingress.replies;

/** What an attempt to deliver came to. */
sealed interface Delivered {

    record Done() implements Delivered {}

    /**
     * The destination is at fault: there is no such topic, it is not the tenant's, it takes no such
     * record.
     */
    record Strike(String reason) implements Delivered {}

    /** It can never take this record. */
    record Never(String reason) implements Delivered {}

    /**
     * Nothing is at fault but the broker or the registry, which gives no answer: however long that
     * lasts, it is no strike.
     */
    record Outage(String reason) implements Delivered {}
}
