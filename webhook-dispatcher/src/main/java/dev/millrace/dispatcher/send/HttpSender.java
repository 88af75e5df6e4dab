package dev.millrace.dispatcher.send;

import dev.millrace.dispatcher.policy.AttemptOutcome;
import dev.millrace.dispatcher.policy.RetryAfter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Posts a body. No redirect is followed, no proxy is asked, and of the answer only the status and
 * Retry-After are kept: what an endpoint says is neither stored nor logged. HTTP/1.1, because an
 * upgrade offered with a POST confuses some servers.
 */
public final class HttpSender implements AutoCloseable {
    private static final String AGENT = "Millrace/0.1 (+webhooks)";

    private final Duration attemptTimeout;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;

    /**
     * @param attemptTimeout for all of an attempt: connection, request, answer
     */
    public HttpSender(Duration connectTimeout, Duration attemptTimeout, Clock clock) {
        this.attemptTimeout = attemptTimeout;
        this.clock = clock;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .connectTimeout(connectTimeout)
                        .executor(threads)
                        .build();
    }

    public AttemptOutcome post(URI uri, Map<String, String> headers, byte[] body)
            throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(attemptTimeout)
                        .header("content-type", "application/json")
                        .header("user-agent", AGENT)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        // an answer counts as soon as its head is here, however long its body takes
        AtomicReference<@Nullable AttemptOutcome> head = new AtomicReference<>();
        CompletableFuture<HttpResponse<Void>> exchange =
                client.sendAsync(
                        request.build(),
                        info -> {
                            head.set(answered(info));
                            return new BoundedDrain();
                        });
        try {
            exchange.get(attemptTimeout.toMillis(), TimeUnit.MILLISECONDS);
            return headOr(head, "no_answer");
        } catch (TimeoutException e) {
            return headOr(head, "timeout");
        } catch (ExecutionException e) {
            return headOr(head, word(e.getCause()));
        } finally {
            exchange.cancel(true);
        }
    }

    private AttemptOutcome answered(ResponseInfo info) {
        return new AttemptOutcome.Answered(
                info.statusCode(),
                info.headers()
                        .firstValue("retry-after")
                        .flatMap(text -> RetryAfter.parse(text, clock.instant())));
    }

    private static AttemptOutcome headOr(
            AtomicReference<@Nullable AttemptOutcome> head, String error) {
        AttemptOutcome answered = head.get();
        return answered != null ? answered : new AttemptOutcome.Failed(error);
    }

    private static String word(@Nullable Throwable failure) {
        return switch (failure) {
            case HttpConnectTimeoutException e -> "connect_timeout";
            case HttpTimeoutException e -> "timeout";
            case ConnectException e when isUnknownHost(e) -> "unknown_host";
            case ConnectException e -> "connection_refused";
            case SSLException e -> "tls";
            case IOException e -> "connection_broken";
            case null, default -> "failed";
        };
    }

    private static boolean isUnknownHost(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException;
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}
