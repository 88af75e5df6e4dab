package dev.millrace.workers.llama.format;

import dev.millrace.workers.llama.ResponseFormat;
import java.util.Optional;

/** From the format that is asked for to the form that an answer is held to. */
public final class AnswerForms {

    private AnswerForms() {}

    /** Where an answer begins; empty where it may be any text. */
    public static Optional<FormProgress> start(ResponseFormat format)
            throws UnsupportedFormatException {
        return switch (format) {
            case ResponseFormat.Text text -> Optional.empty();
            case ResponseFormat.Json json -> Optional.of(FormProgress.start(JsonForms.anyObject()));
            case ResponseFormat.JsonSchema(String schema) ->
                    Optional.of(FormProgress.start(JsonSchemaForm.of(schema)));
        };
    }
}
