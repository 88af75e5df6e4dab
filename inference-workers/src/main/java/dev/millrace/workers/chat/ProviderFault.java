package dev.millrace.workers.chat;

import com.fasterxml.jackson.core.JacksonException;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Spent;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;

/** What a failed call means: never, later, or not here. Pure. */
final class ProviderFault {
    private static final int MAX_CAUSES = 16;

    private ProviderFault() {}

    /** Reads the most telling cause of an exception. */
    static EngineResult of(Throwable failure) {
        boolean connection = false;
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            Optional<EngineResult> meaning = meaning(at);
            if (meaning.isPresent()) {
                return meaning.get();
            }
            connection |= at instanceof IOException;
            at = at.getCause();
        }
        return connection
                ? new Transient("provider_connection_lost", "the connection broke")
                : new Transient("provider_bad_answer", "the answer is not a chat completion");
    }

    private static Optional<EngineResult> meaning(Throwable failure) {
        return switch (failure) {
            case ProviderHttpException e -> Optional.of(ofStatus(e));
            case AnswerTooLargeException e ->
                    Optional.of(
                            new Failed(
                                    "answer_too_large",
                                    Optional.empty(),
                                    Optional.of(e.limit() + " bytes"),
                                    "the provider's answer is over the limit",
                                    Spent.NOTHING));
            case MissingKeyException e ->
                    Optional.of(new Unavailable("missing_secret", e.getMessage()));
            case HttpConnectTimeoutException e ->
                    Optional.of(new Unavailable("provider_unreachable", "no connection in time"));
            case ConnectException e ->
                    Optional.of(
                            new Unavailable("provider_unreachable", "the connection was refused"));
            case UnresolvedAddressException e ->
                    Optional.of(new Unavailable("provider_unreachable", "the host is unknown"));
            case UnknownHostException e ->
                    Optional.of(new Unavailable("provider_unreachable", "the host is unknown"));
            case HttpTimeoutException e ->
                    Optional.of(new Transient("provider_timeout", "no answer in time"));
            case JacksonException e ->
                    Optional.of(
                            new Transient(
                                    "provider_bad_answer", "the answer is not a chat completion"));
            default -> Optional.empty();
        };
    }

    private static EngineResult ofStatus(ProviderHttpException e) {
        int status = e.statusCode();
        String detail = "the provider answered " + e.getMessage();
        return switch (status) {
            case 401, 403 -> new Failed("provider_unauthorized", detail);
            case 404 -> new Failed("provider_model_not_found", detail);
            case 400, 413, 422 -> invalid(e, detail);
            case 429 ->
                    new Transient("provider_rate_limited", detail, e.retryAfter(), Spent.NOTHING);
            case 408, 409, 425 -> later(e, "provider_timeout", detail);
            default ->
                    status >= 500
                            ? later(e, "provider_error", detail)
                            : new Failed("provider_refused", detail);
        };
    }

    private static EngineResult later(ProviderHttpException e, String code, String detail) {
        return new Transient(code, detail, e.retryAfter(), Spent.NOTHING);
    }

    private static EngineResult invalid(ProviderHttpException e, String detail) {
        boolean tooLong =
                e.statusCode() == 413
                        || e.providerCode().filter("context_length_exceeded"::equals).isPresent();
        return tooLong
                ? new Failed(
                        "prompt_too_large",
                        Optional.of("messages"),
                        Optional.empty(),
                        detail,
                        Spent.NOTHING)
                : new Failed("provider_invalid_request", detail);
    }
}
