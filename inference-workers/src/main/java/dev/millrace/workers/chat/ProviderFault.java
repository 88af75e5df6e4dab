package dev.millrace.workers.chat;

import com.fasterxml.jackson.core.JacksonException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.anthropic.internal.api.AnthropicStreamingException;
import dev.langchain4j.model.ollama.OllamaStreamingException;
import dev.millrace.workers.endpoint.Verdict;
import dev.millrace.workers.engine.EngineResult;
import dev.millrace.workers.engine.EngineResult.Failed;
import dev.millrace.workers.engine.EngineResult.Transient;
import dev.millrace.workers.engine.EngineResult.Unavailable;
import dev.millrace.workers.engine.Spent;
import dev.millrace.workers.provider.StreamErrorException;
import dev.millrace.workers.provider.StreamErrorException.Kind;
import dev.millrace.workers.provider.UnsupportedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a failed call means for the job, the server and the key. Pure. */
final class ProviderFault {
    private static final int MAX_CAUSES = 16;
    private static final int SERVER_ERROR = 500;
    private static final String NO_COMPLETION = "the answer is not a chat completion";

    private ProviderFault() {}

    /** The request could not even be written. */
    static CallEnd beforeTheCall(Throwable failure) {
        Failed refusal =
                switch (failure) {
                    case UnsupportedException e ->
                            unsupported(Optional.of(e.field()), String.valueOf(e.getMessage()));
                    case UnsupportedFeatureException e ->
                            unsupported(Optional.empty(), "the provider has no such thing");
                    default ->
                            new Failed(
                                    "invalid_request",
                                    Optional.of("messages"),
                                    Optional.empty(),
                                    "a message has no content, or holds what cannot be sent",
                                    Spent.NOTHING);
                };
        return new CallEnd(refusal, new Verdict.Undecided());
    }

    private static Failed unsupported(Optional<String> field, String detail) {
        return new Failed("unsupported_by_lane", field, Optional.empty(), detail, Spent.NOTHING);
    }

    /** Reads the most telling cause of an exception. */
    static CallEnd of(Throwable failure) {
        boolean connection = false;
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++) {
            Optional<CallEnd> meaning = meaning(at);
            if (meaning.isPresent()) {
                return meaning.get();
            }
            connection |= at instanceof IOException;
            at = at.getCause();
        }
        return connection
                ? later("provider_connection_lost", "the connection broke")
                : later("provider_bad_answer", NO_COMPLETION);
    }

    private static Optional<CallEnd> meaning(Throwable failure) {
        return Optional.ofNullable(
                switch (failure) {
                    case ProviderHttpException e -> ofStatus(e);
                    case StreamErrorException e -> inStream(e.kind());
                    case AnthropicStreamingException e -> inStream(kind(e.type()));
                    case OllamaStreamingException e -> inStream(Kind.SERVER);
                    case AnswerTooLargeException e -> CallEnd.answered(tooLarge(e));
                    case HttpConnectTimeoutException e -> unreachable("no connection in time");
                    case ConnectException e -> unreachable("the connection was refused");
                    case UnresolvedAddressException e -> unreachable("the host is unknown");
                    case UnknownHostException e -> unreachable("the host is unknown");
                    case HttpTimeoutException e -> later("provider_timeout", "no answer in time");
                    case JacksonException e -> later("provider_bad_answer", NO_COMPLETION);
                    default -> null;
                });
    }

    /** An error that came after a stream had begun, under a status of 200. */
    private static CallEnd inStream(Kind kind) {
        String detail = "the stream brought an error";
        return switch (kind) {
            case RATE_LIMITED ->
                    new CallEnd(
                            new Transient("provider_rate_limited", detail),
                            new Verdict.RateLimited(Optional.empty()));
            case INVALID -> CallEnd.answered(new Failed("provider_invalid_request", detail));
            case SERVER -> later("provider_error", detail);
        };
    }

    private static Kind kind(@Nullable String anthropicType) {
        return switch (anthropicType) {
            case "rate_limit_error" -> Kind.RATE_LIMITED;
            case "invalid_request_error" -> Kind.INVALID;
            case null, default -> Kind.SERVER;
        };
    }

    private static CallEnd ofStatus(ProviderHttpException e) {
        int status = e.statusCode();
        String detail = "the provider answered " + e.getMessage();
        // Google says so to a key that it does not know
        boolean unknownKey =
                status == 400 && e.providerCode().filter("API_KEY_INVALID"::equals).isPresent();
        return switch (unknownKey ? 401 : status) {
            case 401 ->
                    new CallEnd(
                            new Unavailable("provider_unauthorized", detail),
                            new Verdict.KeyRefused());
            case 403 ->
                    new CallEnd(later(e, "provider_forbidden", detail), new Verdict.Forbidden());
            case 429 ->
                    new CallEnd(
                            later(e, "provider_rate_limited", detail),
                            new Verdict.RateLimited(e.retryAfter()));
            case 404 -> CallEnd.answered(new Failed("provider_model_not_found", detail));
            case 400, 413, 422 -> CallEnd.answered(invalid(e, detail));
            case 408 -> CallEnd.failed(later(e, "provider_timeout", detail));
            // AWS: the model failed
            case 424 -> CallEnd.failed(later(e, "provider_error", detail));
            case 409, 425 -> CallEnd.answered(later(e, "provider_timeout", detail));
            default ->
                    status >= SERVER_ERROR
                            ? CallEnd.failed(later(e, "provider_error", detail))
                            : CallEnd.answered(new Failed("provider_refused", detail));
        };
    }

    private static CallEnd later(String code, String detail) {
        return CallEnd.failed(new Transient(code, detail));
    }

    private static Transient later(ProviderHttpException e, String code, String detail) {
        return new Transient(code, detail, e.retryAfter(), Spent.NOTHING);
    }

    private static CallEnd unreachable(String detail) {
        return CallEnd.failed(new Unavailable("provider_unreachable", detail));
    }

    private static Failed tooLarge(AnswerTooLargeException e) {
        return new Failed(
                "answer_too_large",
                Optional.empty(),
                Optional.of(e.limit() + " bytes"),
                "the provider's answer is over the limit",
                Spent.NOTHING);
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
