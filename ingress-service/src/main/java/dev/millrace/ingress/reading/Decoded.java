package dev.millrace.ingress.reading;

/** What one attempt to decode a record's bytes came to. */
sealed interface Decoded<T> {

    record Value<T>(T value) implements Decoded<T> {}

    /** The bytes are no such record, now or ever. {@code reason} has no content in it. */
    record Unreadable<T>(String reason) implements Decoded<T> {}

    /** The registry does not know the schema that the record names. */
    record UnknownSchema<T>(int schemaId) implements Decoded<T> {}

    /** The registry gives no answer: the record is not at fault. */
    record NoAnswer<T>(Reading.Why why) implements Decoded<T> {}
}
