package dev.millrace.workers.chat;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.workers.endpoint.ApiKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Executors;

/**
 * HTTP to one provider, for LangChain4j. Everything happens on the calling (virtual) thread,
 * streams too, so that an interrupt ends a call at any point. Bodies are bounded, Retry-After
 * survives, and each call shows the key that it was given.
 */
final class ProviderClient implements HttpClient, AutoCloseable {
    /**
     * An answer of 4 MiB, escaped and framed; what is really too large is decided when its outcome
     * is written.
     */
    static final long MAX_ANSWER_BYTES = 32L * 1024 * 1024;

    private static final int MAX_ERROR_BYTES = 64 * 1024;

    /** The key of the call that the current thread makes. */
    static final ScopedValue<ApiKey> KEY = ScopedValue.newInstance();

    private final java.net.http.HttpClient http;
    private final Clock clock;
    private final KeyStamp stamp;
    private final long maxAnswerBytes;

    ProviderClient(EngineSpec.Chat spec, long maxAnswerBytes, Clock clock) {
        this.http =
                java.net.http.HttpClient.newBuilder()
                        .version(java.net.http.HttpClient.Version.HTTP_1_1)
                        .connectTimeout(spec.connectTimeout())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
        this.clock = clock;
        this.stamp = new KeyStamp(spec.dialect(), clock);
        this.maxAnswerBytes = maxAnswerBytes;
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        try (InputStream body = successful(request).body()) {
            byte[] bytes = new LimitedInput(body, maxAnswerBytes, () -> {}).readAllBytes();
            return SuccessfulHttpResponse.builder()
                    .statusCode(200)
                    .body(new String(bytes, StandardCharsets.UTF_8))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void execute(
            HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        try (InputStream body = successful(request).body()) {
            listener.onOpen(SuccessfulHttpResponse.builder().statusCode(200).build());
            parser.parse(new LimitedInput(body, maxAnswerBytes, CallGuard::heard), listener);
            listener.onClose();
        } catch (IOException e) {
            listener.onError(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpResponse<InputStream> successful(HttpRequest request) throws IOException {
        HttpResponse<InputStream> response = send(toJdk(request));
        if (response.statusCode() / 100 == 2) {
            return response;
        }
        try (InputStream body = response.body()) {
            ErrorBody error = ErrorBody.of(body.readNBytes(MAX_ERROR_BYTES));
            throw new ProviderHttpException(
                    response.statusCode(),
                    response.headers()
                            .firstValue("retry-after")
                            .flatMap(value -> RetryAfter.parse(value, clock.instant()))
                            .or(error::retryAfter),
                    error.code());
        }
    }

    private HttpResponse<InputStream> send(java.net.http.HttpRequest request) throws IOException {
        CallGuard.sending();
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the call was interrupted");
        }
    }

    private java.net.http.HttpRequest toJdk(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder =
                java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                        .method(request.method().name(), BodyPublishers.ofString(request.body()));
        request.headers()
                .forEach(
                        (name, values) -> {
                            if (!stamp.isForKeys(name)) {
                                values.forEach(value -> builder.header(name, value));
                            }
                        });
        KEY.get()
                .secret()
                .ifPresent(secret -> stamp.headers(request, secret).forEach(builder::header));
        return builder.build();
    }
}
