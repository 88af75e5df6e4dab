package dev.millrace.stack.model;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loopback model server: {@code POST /v1/chat/completions} (streamed or not), {@code GET
 * /v1/models}, errors in OpenAI's form. Answers come from {@link StandIn}, so nobody should take
 * them for a model's. Faults come by seed, by {@link #failNext}, or by the request header {@value
 * #FAULT_HEADER}.
 */
public final class ModelServer implements AutoCloseable {
    public static final String FAULT_HEADER = "X-Millrace-Fault";

    private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final int BACKLOG = 256;

    static {
        // the JDK's server reads it once; without it each small chunk of a stream may wait for a
        // delayed ACK
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final ModelServerSettings settings;
    private final Clock clock;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore capacity;
    private final FaultPlan faults;
    private final Model model = new Model();
    private final Wire wire = new Wire();
    private final AtomicLong requests = new AtomicLong();
    private volatile CallWatch watch = CallWatch.NONE;

    private ModelServer(ModelServerSettings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.capacity = new Semaphore(settings.maxConcurrent());
        this.faults = new FaultPlan(settings.faultRates(), settings.seed());
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port());
        this.http = HttpServer.create(address, BACKLOG);
        http.setExecutor(threads);
        http.createContext("/", this::handle);
    }

    public static ModelServer start(ModelServerSettings settings) throws IOException {
        ModelServer server = new ModelServer(settings, Clock.systemUTC());
        server.http.start();
        return server;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        ModelServerSettings settings;
        try {
            settings = ModelServerSettings.parse(List.of(args), System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(ModelServerSettings.USAGE);
            System.exit(2);
            return;
        }
        ModelServer server = start(settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().unstarted(() -> close(server, stopped)));
        LOG.info("model_server=ready url={} stand_in=true", server.baseUrl());
        stopped.await();
    }

    private static void close(ModelServer server, CountDownLatch stopped) {
        server.close();
        stopped.countDown();
    }

    /** Up to and with {@code /v1}, as a catalog entry gives it. */
    public URI baseUrl() {
        return URI.create("http://" + settings.host() + ":" + http.getAddress().getPort() + "/v1");
    }

    /** Completion requests that have come in so far. */
    public long requests() {
        return requests.get();
    }

    /** The next completion request without a fault of its own meets this one; calls queue up. */
    public void failNext(Fault fault) {
        faults.ask(fault);
    }

    /** From now on each call is shown to this watch, the only one. */
    public void watch(CallWatch next) {
        watch = next;
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answerOrRefuse(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answerOrRefuse(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            authorize(exchange);
            String call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            switch (call) {
                case "GET /v1/models" -> send(exchange, 200, wire.models(settings.models()));
                case "POST /v1/chat/completions" -> complete(exchange);
                default ->
                        throw new ApiError(
                                404,
                                "invalid_request_error",
                                null,
                                "unknown_url",
                                "unknown request URL: " + call);
            }
        } catch (ApiError e) {
            send(exchange, e.status(), wire.error(e));
        }
    }

    private void authorize(HttpExchange exchange) throws ApiError {
        if (settings.key().isEmpty()) {
            return;
        }
        String expected = "Bearer " + settings.key().get();
        String shown =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                        .orElse("");
        if (!MessageDigest.isEqual(utf8(expected), utf8(shown))) {
            throw new ApiError(
                    401,
                    "invalid_request_error",
                    null,
                    "invalid_api_key",
                    "incorrect or missing API key");
        }
    }

    private void complete(HttpExchange exchange)
            throws IOException, ApiError, InterruptedException {
        long number = requests.incrementAndGet();
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new ApiError(
                    413,
                    "invalid_request_error",
                    null,
                    null,
                    "the body is over " + MAX_BODY + " bytes");
        }
        if (!capacity.tryAcquire()) {
            throw rateLimited(exchange);
        }
        try {
            Optional<Fault> fault = fault(exchange);
            CompletionRequest request = wire.request(body);
            checkModel(request.model());
            CallWatch watching = watch;
            String question = request.messages().getLast().content();
            try {
                pause(watching.began(question));
                answer(exchange, request, "chatcmpl-" + number, fault);
            } finally {
                watching.ended(question);
            }
        } finally {
            capacity.release();
        }
    }

    private Optional<Fault> fault(HttpExchange exchange) throws ApiError {
        String header = exchange.getRequestHeaders().getFirst(FAULT_HEADER);
        if (header == null) {
            return faults.next();
        }
        try {
            return Optional.of(Fault.of(header));
        } catch (IllegalArgumentException e) {
            throw new ApiError(
                    400,
                    "invalid_request_error",
                    FAULT_HEADER,
                    null,
                    String.valueOf(e.getMessage()));
        }
    }

    private void checkModel(String name) throws ApiError {
        if (!settings.models().isEmpty() && !settings.models().contains(name)) {
            throw new ApiError(
                    404,
                    "invalid_request_error",
                    "model",
                    "model_not_found",
                    "the model does not exist: " + name);
        }
    }

    private void answer(
            HttpExchange exchange, CompletionRequest request, String id, Optional<Fault> fault)
            throws IOException, ApiError, InterruptedException {
        if (fault.isPresent()) {
            switch (fault.get()) {
                case RATE_LIMIT -> throw rateLimited(exchange);
                case RATE_LIMIT_BARE -> throw tooMany();
                case SERVER_ERROR ->
                        throw new ApiError(
                                500, "server_error", null, null, "the server had an error");
                case OVERLOADED -> {
                    send(exchange, 503, new byte[0]);
                    return;
                }
                case TIMEOUT -> {
                    pause(settings.hang());
                    return;
                }
                case GARBAGE -> {
                    send(exchange, 200, utf8("<html>not what you asked for</html>"));
                    return;
                }
                case TRUNCATE, STALL -> {}
            }
        }
        Completion completion = model.complete(request);
        pause(settings.firstToken());
        if (request.stream()) {
            stream(exchange, request, id, completion, fault);
        } else {
            respond(exchange, request, id, completion, fault);
        }
    }

    private void respond(
            HttpExchange exchange,
            CompletionRequest request,
            String id,
            Completion completion,
            Optional<Fault> fault)
            throws IOException, InterruptedException {
        if (fault.isPresent() && fault.get() == Fault.STALL) {
            pause(settings.hang());
            return;
        }
        pause(settings.perToken().multipliedBy(completion.completionTokens()));
        byte[] body =
                wire.completion(id, request.model(), clock.instant().getEpochSecond(), completion);
        if (fault.isPresent()) {
            body = Arrays.copyOf(body, body.length / 2);
        }
        send(exchange, 200, body);
    }

    private void stream(
            HttpExchange exchange,
            CompletionRequest request,
            String id,
            Completion completion,
            Optional<Fault> fault)
            throws IOException, InterruptedException {
        long created = clock.instant().getEpochSecond();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        event(out, wire.chunk(id, request.model(), created, "assistant", "", null));
        pause(settings.perToken().multipliedBy(completion.reasoningTokens()));
        List<String> pieces = completion.pieces();
        List<String> sent = fault.isPresent() ? pieces.subList(0, pieces.size() / 2) : pieces;
        for (String piece : sent) {
            pause(settings.perToken());
            event(out, wire.chunk(id, request.model(), created, null, piece, null));
        }
        if (fault.isPresent()) {
            pause(fault.get() == Fault.STALL ? settings.hang() : Duration.ZERO);
            return;
        }
        event(out, wire.chunk(id, request.model(), created, null, "", completion.finishReason()));
        if (request.includeUsage()) {
            event(out, wire.usageChunk(id, request.model(), created, completion));
        }
        event(out, utf8("[DONE]"));
    }

    private ApiError rateLimited(HttpExchange exchange) {
        exchange.getResponseHeaders()
                .set("Retry-After", Long.toString(settings.retryAfter().toSeconds()));
        return tooMany();
    }

    private static ApiError tooMany() {
        return new ApiError(429, "requests", null, "rate_limit_exceeded", "too many requests");
    }

    private static void event(OutputStream out, byte[] data) throws IOException {
        out.write(utf8("data: "));
        out.write(data);
        out.write(utf8("\n\n"));
        out.flush();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
