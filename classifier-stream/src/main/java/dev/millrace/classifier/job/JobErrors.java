package dev.millrace.classifier.job;

import dev.millrace.v1.JobError;
import org.jspecify.annotations.Nullable;

/** Errors as callers read them: a stable code, the field, what would have been allowed. */
public final class JobErrors {
    public static JobError of(String code, String detail) {
        return new JobError(code, null, null, detail);
    }

    public static JobError of(
            String code, @Nullable String field, @Nullable String limit, String detail) {
        return new JobError(code, field, limit, detail);
    }

    private JobErrors() {}
}
