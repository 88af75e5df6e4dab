package dev.millrace.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to a registry with several URLs: the one that answered last is asked first, and the next
 * where it is out of reach, overloaded or broken. A round without an answer is tried again a few
 * times, for no longer than one read timeout altogether.
 */
final class RegistryHttp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryHttp.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final long MAX_ANSWER_BYTES = 8L << 20;
    private static final int SHOWN_CHARACTERS = 400;

    private static final ConfigDef TLS_SETTINGS = new ConfigDef();

    static {
        SslConfigs.addClientSslSupport(TLS_SETTINGS);
    }

    private final HttpClient client;
    private final RegistrySettings settings;
    private final List<Node> nodes;
    private final AtomicInteger preferred = new AtomicInteger();

    /** One base URL, without its credentials. */
    private record Node(String url, Optional<String> authorization) {
        static Node of(URI url, RegistryAuth auth) {
            String text = url.toString();
            String info = url.getRawUserInfo();
            return new Node(info == null ? text : text.replace(info + "@", ""), auth.header(url));
        }
    }

    /** What the registry said: a status below 500 that is not "try later". */
    record Answer(String url, int status, String body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                return MissingNode.getInstance();
            }
        }

        /** Whether the registry itself refused, rather than a proxy or a wrong path. */
        boolean isRegistryError() {
            return json().path("error_code").isInt();
        }

        String message() {
            return shortened(json().path("message").asText(""));
        }

        RegistryUnavailableException notAnAnswer() {
            return new RegistryUnavailableException(
                    "registry="
                            + url
                            + " status="
                            + status
                            + " is not a schema registry's answer: is the base URL right?",
                    null);
        }
    }

    /** One URL's answer, or why there is none. */
    private record Attempt(@Nullable Answer answer, String problem, @Nullable Throwable cause) {}

    RegistryHttp(RegistrySettings settings) {
        this.settings = settings;
        this.nodes = settings.urls().stream().map(url -> Node.of(url, settings.auth())).toList();
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.connectTimeout());
        if (!settings.tls().isEmpty()) {
            try (DefaultSslEngineFactory tls = new DefaultSslEngineFactory()) {
                tls.configure(TLS_SETTINGS.parse(settings.tls()));
                builder.sslContext(tls.sslContext());
            }
        }
        this.client = builder.build();
    }

    Answer get(String path) {
        return ask("GET", path, BodyPublishers.noBody());
    }

    Answer put(String path, String body) {
        return ask("PUT", path, BodyPublishers.ofString(body));
    }

    Answer post(String path, String body) {
        return ask("POST", path, BodyPublishers.ofString(body));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private Answer ask(String method, String path, BodyPublisher body) {
        long start = System.nanoTime();
        Duration wait = settings.retryWait();
        for (int retry = 0; ; retry++) {
            Attempt last = askEach(method, path, body);
            if (last.answer() != null) {
                return last.answer();
            }
            Duration spent = Duration.ofNanos(System.nanoTime() - start);
            if (retry >= settings.maxRetries()
                    || spent.plus(wait).compareTo(settings.readTimeout()) > 0) {
                throw new RegistryUnavailableException(last.problem(), last.cause());
            }
            sleep(wait);
            Duration doubled = wait.multipliedBy(2);
            wait =
                    doubled.compareTo(settings.retryMaxWait()) < 0
                            ? doubled
                            : settings.retryMaxWait();
        }
    }

    /** Asks each URL once, the preferred one first, until one answers. */
    private Attempt askEach(String method, String path, BodyPublisher body) {
        int first = preferred.get();
        Attempt last = new Attempt(null, "no registry is configured", null);
        for (int i = 0; i < nodes.size(); i++) {
            int index = (first + i) % nodes.size();
            last = askOne(nodes.get(index), method, path, body);
            if (last.answer() != null) {
                refuseIfUnauthorized(last.answer());
                if (index != first && preferred.compareAndSet(first, index)) {
                    LOG.info("event=registry_switched registry={}", nodes.get(index).url());
                }
                return last;
            }
            LOG.debug("event=registry_unavailable {}", last.problem());
        }
        return last;
    }

    private Attempt askOne(Node node, String method, String path, BodyPublisher body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(node.url() + path))
                        .timeout(settings.readTimeout())
                        .header("Accept", MEDIA_TYPE + ", application/json")
                        .header("Content-Type", MEDIA_TYPE)
                        .method(method, body);
        node.authorization().ifPresent(value -> request.header("Authorization", value));
        CompletableFuture<HttpResponse<String>> exchange =
                client.sendAsync(
                        request.build(),
                        BodyHandlers.limiting(
                                BodyHandlers.ofString(StandardCharsets.UTF_8), MAX_ANSWER_BYTES));
        try {
            // the request's own timeout ends with the headers; this one covers the body too
            HttpResponse<String> response =
                    exchange.get(
                            settings.connectTimeout().plus(settings.readTimeout()).toMillis(),
                            TimeUnit.MILLISECONDS);
            return judged(node, response);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof IOException io ? io : e;
            return new Attempt(null, "registry=" + node.url() + " did not answer: " + cause, cause);
        } catch (TimeoutException e) {
            return new Attempt(null, "registry=" + node.url() + " did not answer in time", e);
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while asking registry=" + node.url(), e);
        } finally {
            exchange.cancel(true);
        }
    }

    private static Attempt judged(Node node, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status == 408 || status == 429 || status >= 500) {
            String problem = "registry=" + node.url() + " status=" + status;
            return new Attempt(null, problem + " " + shortened(response.body()), null);
        }
        return new Attempt(new Answer(node.url(), status, response.body()), "", null);
    }

    private static void refuseIfUnauthorized(Answer answer) {
        if (answer.status() == 401 || answer.status() == 403) {
            throw new RegistryAuthorizationException(
                    "registry="
                            + answer.url()
                            + " status="
                            + answer.status()
                            + ": the registry refuses the credentials; see"
                            + " basic.auth.credentials.source and basic.auth.user.info "
                            + answer.message());
        }
    }

    private static void sleep(Duration wait) {
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while waiting for the registry", e);
        }
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN_CHARACTERS ? line : line.substring(0, SHOWN_CHARACTERS);
    }
}
