package dev.millrace.workers.chat;

import dev.langchain4j.exception.HttpException;
import java.time.Duration;
import java.util.Optional;

/**
 * An answer other than 2xx, with what the library's own exception leaves out: Retry-After and the
 * error's code.
 */
final class ProviderHttpException extends HttpException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> retryAfter;
    private final transient Optional<String> providerCode;

    /** The body is not kept: providers quote prompts and keys in it. */
    ProviderHttpException(
            int status, Optional<Duration> retryAfter, Optional<String> providerCode) {
        super(status, "status=" + status + providerCode.map(code -> " code=" + code).orElse(""));
        this.retryAfter = retryAfter;
        this.providerCode = providerCode;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** {@code error.code} or {@code error.type} of an error in OpenAI's form. */
    Optional<String> providerCode() {
        return providerCode;
    }
}
