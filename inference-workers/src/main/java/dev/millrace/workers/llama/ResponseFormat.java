package dev.millrace.workers.llama;

/** The form that an answer is to have. */
public sealed interface ResponseFormat {

    /** Any text. */
    record Text() implements ResponseFormat {}

    /** A JSON object. */
    record Json() implements ResponseFormat {}

    /**
     * What a JSON schema allows.
     *
     * @param schema a JSON document
     */
    record JsonSchema(String schema) implements ResponseFormat {}
}
