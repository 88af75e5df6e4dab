package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.local.home.Home;
import dev.millrace.local.pipeline.TraceCollector.Span;
import dev.millrace.local.supervise.Supervisor;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A stack of its own whose services send their spans here: every job is one trace, and what callers
 * and models say is in none of it, nor in any log.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TelemetryIT {
    private static final String CALLERS_SPAN = "b7ad6b7169203331";

    /** What callers say; the model of this stack says it backwards. */
    private static final String SECRET = "quartz" + UUID.randomUUID().toString().replace("-", "");

    private static final String ANSWER = new StringBuilder(SECRET).reverse().toString();
    private static final List<String> CALLBACKS = new CopyOnWriteArrayList<>();

    private static Home home;
    private static Supervisor supervisor;
    private static TraceCollector collector;
    private static HttpServer receiver;
    private static Pipeline pipeline;

    @BeforeAll
    static void start() throws Exception {
        home = Pipeline.freshHome();
        collector = new TraceCollector();
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        receiver.createContext(
                "/hook",
                exchange -> {
                    try (exchange) {
                        CALLBACKS.add(
                                String.valueOf(
                                        exchange.getRequestHeaders().getFirst("traceparent")));
                        exchange.getRequestBody().readAllBytes();
                        exchange.sendResponseHeaders(204, -1);
                    }
                });
        receiver.start();
        DemoTenants tenants = new DemoTenants(home, new SecureRandom());
        tenants.ensureSecrets();
        Files.writeString(home.run("model-server.url"), "@model_server@");
        Files.writeString(home.catalogFile(), tenants.catalog(CATALOG, "@model_server@"));
        supervisor =
                new Supervisor(
                        home,
                        Map.of(
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                collector.endpoint(),
                                "OTEL_BSP_SCHEDULE_DELAY",
                                "200"));
        pipeline = new Pipeline(home, supervisor.start());
    }

    @AfterAll
    static void stop() {
        pipeline.close();
        supervisor.close();
        receiver.stop(0);
        collector.close();
        Pipeline.remove(home);
    }

    @Test
    @Order(1)
    void aJobOverHttpIsOneTraceFromTheRequestToTheLedgerAndTheCallback() throws Exception {
        // Given
        String trace = newTrace();

        // When
        Pipeline.Answer answer =
                pipeline.postHttp(
                        "acme",
                        """
                        {"model":"served","messages":[{"role":"user","content":"reverse: %s"}],
                         "callback":{"url":"%s"}}\
                        """
                                .formatted(SECRET, callback()),
                        Map.of("traceparent", parent(trace)));

        // Then
        assertThat(answer.status()).isEqualTo(202);
        Span request = span(trace, "POST /v1/jobs");
        assertThat(request.parent()).isEqualTo(CALLERS_SPAN);
        assertThat(request.kind()).isEqualTo("SERVER");
        assertThat(request.service()).isEqualTo("millrace-ingress");
        assertThat(request.attributes())
                .containsEntry("http.request.method", "POST")
                .containsEntry("http.route", "/v1/jobs")
                .containsEntry("http.response.status_code", "202")
                .containsEntry("millrace.job.id", answer.body().path("id").asText());
        assertRestOfTrace(trace, request, answer.body().path("id").asText());
    }

    @Test
    @Order(2)
    void aJobFromAnIntakeTopicIsOneTraceTheSameWay() throws Exception {
        // Given
        String trace = newTrace();
        String mark = UUID.randomUUID().toString();
        InferenceJob job =
                Pipeline.job("served", "reverse: " + SECRET, mark)
                        .setCallback(new Callback(callback()))
                        .build();

        // When
        postTraced(job, trace);

        // Then
        InferenceResult result = pipeline.resultOf(mark);
        assertThat(result.getOutput()).hasValue(ANSWER);
        Span taken = span(trace, "process millrace.intake.acme");
        assertThat(taken.parent()).isEqualTo(CALLERS_SPAN);
        assertThat(taken.kind()).isEqualTo("CONSUMER");
        assertThat(taken.attributes())
                .containsEntry("messaging.system", "kafka")
                .containsEntry("messaging.operation.type", "process")
                .containsEntry("messaging.consumer.group.name", "millrace-ingress")
                .containsKeys("messaging.destination.partition.id", "messaging.kafka.offset");
        assertRestOfTrace(trace, taken, result.getJobId());
    }

    @Test
    @Order(3)
    void aJobThatNobodyServesEndsInTheTraceItCameInWith() throws Exception {
        // Given
        String trace = newTrace();
        String mark = UUID.randomUUID().toString();

        // When
        postTraced(Pipeline.job("idle", SECRET, mark).setDeadlineMs(500L).build(), trace);

        // Then
        assertThat(pipeline.resultOf(mark).getStatus()).isEqualTo(ResultStatus.EXPIRED);
        Span decided = span(trace, "process millrace.jobs");
        Span ended = span(trace, "look at due job");
        assertThat(ended.parent()).isEqualTo(decided.id());
        assertThat(ended.attributes())
                .containsEntry("millrace.result.status", "expired")
                .containsEntry("error.type", "deadline_exceeded");
        assertThat(priced(trace, ended).attributes()).containsEntry("millrace.cost_micros", "0");
    }

    @Test
    @Order(4)
    void metersTellOfEachLaneUnderTheConventionalNames() throws Exception {
        assertThat(pipeline.metric("worker-served", "millrace_worker_slots")).isEqualTo(2);
        assertThat(
                        pipeline.metric(
                                "worker-served", "gen_ai_client_operation_duration_seconds_count"))
                .isEqualTo(2);
        assertThat(pipeline.metric("worker-served", "gen_ai_client_token_usage_count"))
                .isEqualTo(4);
        assertThat(
                        pipeline.metric(
                                "worker-served", "gen_ai_server_time_to_first_token_seconds_count"))
                .isEqualTo(2);
        Awaitility.await("lag")
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(
                        () -> {
                            assertThat(lag("served")).isZero();
                            // the expired job's record waits for a worker that never comes
                            assertThat(lag("idle")).isPositive();
                        });
    }

    @Test
    @Order(5)
    void whatCallersAndModelsSayIsInNoSpanAndNoLog() throws Exception {
        // Given: everything that can be wrong with a job as well
        pipeline.postHttp("acme", "{\"model\":\"served\",\"messages\":" + SECRET, Map.of());
        pipeline.postHttp("acme", "{\"" + SECRET + "\":1}", Map.of());
        pipeline.postBytes("acme", SECRET.getBytes(StandardCharsets.UTF_8));
        String mark = UUID.randomUUID().toString();
        pipeline.post("acme", Pipeline.job("nowhere", SECRET, mark + "1").build());
        pipeline.post("acme", Pipeline.job("broken", SECRET, mark + "2").build());
        assertThat(pipeline.resultOf(mark + "1").getStatus()).isEqualTo(ResultStatus.REJECTED);
        assertThat(pipeline.resultOf(mark + "2").getStatus()).isEqualTo(ResultStatus.FAILED);

        // When: all have said what they have to say
        supervisor.close();

        // Then
        assertThat(collector.all()).hasSizeGreaterThan(20);
        assertThat(collector.bodies()).noneMatch(TelemetryIT::tells);
        try (Stream<Path> logs = Files.list(home.root().resolve("logs"))) {
            List<Path> files = logs.toList();
            assertThat(files).hasSizeGreaterThan(5);
            assertThat(files).allSatisfy(TelemetryIT::assertSilent);
        }
    }

    /** From the jobs topic on, each hop under the one before it. */
    private static void assertRestOfTrace(String trace, Span first, String job) {
        Span sent = child(trace, first, "send millrace.jobs", "millrace-ingress");
        Span decided = child(trace, sent, "process millrace.jobs", "millrace-classifier");
        assertThat(decided.attributes())
                .containsEntry("millrace.lane", "served")
                .containsEntry("millrace.band", "standard")
                .containsEntry("millrace.receipt.status", "accepted")
                .containsKeys("millrace.vertical", "millrace.complexity");
        Span attempt =
                child(trace, decided, "process millrace.lane.served.standard", "millrace-worker");
        assertThat(attempt.attributes())
                .containsEntry("millrace.attempt", "1")
                .containsEntry("millrace.outcome", "succeeded")
                .containsEntry("messaging.consumer.group.name", "millrace-lane-served");
        assertModelCall(child(trace, attempt, "chat stand-in", "millrace-worker"));
        Span told = child(trace, attempt, "send millrace.outcomes", "millrace-worker");
        Span completed = child(trace, told, "process millrace.outcomes", "millrace-classifier");
        assertThat(completed.attributes()).containsEntry("millrace.result.status", "succeeded");
        Span priced = priced(trace, completed);
        Span stored = child(trace, priced, "process millrace.usage", "millrace-ledger");
        assertThat(stored.attributes())
                .containsEntry("messaging.consumer.group.name", "millrace-ledger-sink");
        Span kept = child(trace, completed, "process millrace.webhooks", "millrace-dispatcher");
        Span called = child(trace, kept, "POST", "millrace-dispatcher");
        assertThat(called.kind()).isEqualTo("CLIENT");
        assertThat(called.attributes())
                .containsEntry("http.response.status_code", "204")
                .containsEntry("server.address", "127.0.0.1");
        assertThat(CALLBACKS).contains("00-" + trace + "-" + called.id() + "-01");
        assertThat(List.of(sent, decided, attempt, told, completed, priced, stored, kept, called))
                .allSatisfy(
                        span ->
                                assertThat(span.attributes())
                                        .containsEntry("millrace.job.id", job)
                                        .containsEntry("millrace.tenant", "acme"));
    }

    /** The ledger reads results twice: to price them, and for the jobs' own rows. */
    private static Span priced(String trace, Span ended) {
        return Awaitility.await("the pricing of " + ended.name())
                .atMost(Pipeline.PATIENCE)
                .until(
                        () ->
                                collector.trace(trace).stream()
                                        .filter(span -> span.parent().equals(ended.id()))
                                        .filter(
                                                span ->
                                                        "millrace-ledger"
                                                                .equals(
                                                                        span.attributes()
                                                                                .get(
                                                                                        "messaging.consumer.group.name")))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static void assertModelCall(Span call) {
        assertThat(call.kind()).isEqualTo("CLIENT");
        assertThat(call.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "stand-in")
                .containsEntry("gen_ai.response.model", "stand-in")
                .containsEntry("gen_ai.response.finish_reasons", "[stop]")
                .containsKeys(
                        "gen_ai.usage.input_tokens",
                        "gen_ai.usage.output_tokens",
                        "millrace.first_token_ms");
    }

    private static double lag(String lane) throws Exception {
        return pipeline.metric("classifier", "millrace_lane_lag", "lane=\"" + lane + "\"");
    }

    private static Span span(String trace, String name) {
        return Awaitility.await(name)
                .atMost(Pipeline.PATIENCE)
                .until(
                        () ->
                                collector.trace(trace).stream()
                                        .filter(span -> span.name().equals(name))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static Span child(String trace, Span parent, String name, String service) {
        return Awaitility.await(name + " of " + service + " under " + parent.name())
                .atMost(Pipeline.PATIENCE)
                .until(
                        () ->
                                collector.trace(trace).stream()
                                        .filter(span -> span.parent().equals(parent.id()))
                                        .filter(span -> span.name().equals(name))
                                        .filter(span -> span.service().equals(service))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static void postTraced(InferenceJob job, String trace) throws Exception {
        try (KafkaProducer<String, InferenceJob> producer =
                new KafkaProducer<>(pipeline.connection.producer())) {
            ProducerRecord<String, InferenceJob> record =
                    new ProducerRecord<>(Topics.intake("acme").name(), job);
            record.headers().add("traceparent", parent(trace).getBytes(StandardCharsets.US_ASCII));
            producer.send(record).get(20, TimeUnit.SECONDS);
        }
    }

    private static String callback() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook";
    }

    private static String newTrace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static String parent(String trace) {
        return "00-" + trace + "-" + CALLERS_SPAN + "-01";
    }

    private static boolean tells(String text) {
        return text.contains(SECRET) || text.contains(ANSWER);
    }

    private static void assertSilent(Path log) throws IOException {
        assertThat(Files.readString(log, StandardCharsets.ISO_8859_1).lines())
                .as(log.getFileName().toString())
                .noneMatch(TelemetryIT::tells);
    }

    private static final String CATALOG =
            """
            tenants:
              - name: acme
                api_keys:
                  - sha256: @api_key_sha256.acme@
                    label: test
                webhook_secret_ref: "file:@webhook_secret.acme@"
            lanes:
              - name: served
                model: stand-in
                engine: {type: chat, base_url: "@model_server@", model: stand-in}
                partitions: 2
                slots: 2
                max_tokens: 256
              - name: idle
                engine: {type: echo, delay: 0ms}
                partitions: 2
                workers: 0
              - name: broken
                model: no-such-model
                engine: {type: chat, base_url: "@model_server@/no-such-path", model: no-such-model}
                partitions: 2
                max_tokens: 16
            routes:
              - name: everything
                lanes: [served]
            prices:
              - {lane: served, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
              - {lane: idle, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
              - {lane: broken, effective_from: 2026-01-01T00:00:00Z, currency: USD, input: 1000000, output: 2000000}
            """;
}
