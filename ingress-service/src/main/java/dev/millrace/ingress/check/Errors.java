package dev.millrace.ingress.check;

import dev.millrace.v1.JobError;
import org.jspecify.annotations.Nullable;

/**
 * Errors that a caller reads: a stable code, the field at fault, what would have been allowed.
 * Never content.
 */
public final class Errors {

    public static JobError of(
            String code, @Nullable String field, @Nullable String limit, String detail) {
        return new JobError(code, field, limit, detail);
    }

    private Errors() {}
}
