package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.webhook.StandardWebhooks;
import dev.millrace.local.home.DemoTenants;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.UsageEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a callback's receiver sees, and what is recorded of it. */
class WebhookIT extends PipelineScenario {

    @Test
    void aReceiverThatFailsFirstGetsTheSameSignedCallbackAgain() throws Exception {
        try (Receiver receiver = new Receiver(List.of(500, 204))) {
            // When
            String id = postWithCallback(receiver);
            Awaitility.await("both attempts")
                    .atMost(Pipeline.PATIENCE)
                    .until(() -> receiver.calls.size() >= 2);

            // Then
            awaitNumber(deliveries(id, "delivered", 2), 1);
            assertThat(attempts(id)).isEqualTo(2);
            assertThat(receiver.calls).hasSize(2).allSatisfy(call -> assertGood(call, id));
            assertThat(receiver.calls)
                    .extracting(Call::webhookId)
                    .containsOnly(webhookId(0, receiver));
        }
    }

    @Test
    void aReceiverThatIsGoneIsAskedOnceAndThatIsRecorded() throws Exception {
        try (Receiver receiver = new Receiver(List.of(410))) {
            // When
            String id = postWithCallback(receiver);

            // Then
            awaitNumber(deliveries(id, "exhausted", 1), 1);
            assertThat(attempts(id)).isEqualTo(1);
            assertThat(
                            pipeline.number(
                                    "select last_status from webhook.delivery where job_id = '"
                                            + id
                                            + "'"))
                    .isEqualTo(410);
            assertThat(receiver.calls).hasSize(1).allSatisfy(call -> assertGood(call, id));
        }
    }

    /** This stack sends no spans. */
    @Test
    void aCallersTraceTravelsToTheResultTheUsageTheReplyAndTheCallback() throws Exception {
        try (Receiver receiver = new Receiver(List.of(204));
                RecordLog<UsageEvent> usage = RecordLog.of(pipeline.connection, Topics.USAGE);
                RecordLog<InferenceResult> replies =
                        RecordLog.of(pipeline.connection, Topics.replies("acme-main"))) {
            // Given
            String trace =
                    "00-" + UUID.randomUUID().toString().replace("-", "") + "-b7ad6b7169203331-01";

            // When
            String id =
                    postWithCallback(
                            receiver, "\"reply\":\"acme-main\",", Map.of("traceparent", trace));

            // Then
            Awaitility.await("the callback")
                    .atMost(Pipeline.PATIENCE)
                    .until(() -> !receiver.calls.isEmpty());
            assertThat(receiver.calls.getFirst().traceparent()).isEqualTo(trace);
            awaitTrace(pipeline.results, InferenceResult::getJobId, id, trace);
            awaitTrace(usage, UsageEvent::getJobId, id, trace);
            awaitTrace(replies, InferenceResult::getJobId, id, trace);
        }
    }

    private static <V> void awaitTrace(
            RecordLog<V> log, Function<V, String> jobOf, String id, String trace) {
        Awaitility.await("the record of " + id)
                .atMost(Pipeline.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(log.records())
                                        .filteredOn(
                                                record -> jobOf.apply(record.value()).equals(id))
                                        .extracting(record -> TraceContext.of(record.headers()))
                                        .containsExactly(TraceContext.of(Optional.of(trace))));
    }

    private static String postWithCallback(Receiver receiver) throws Exception {
        return postWithCallback(receiver, "", Map.of());
    }

    private static String postWithCallback(
            Receiver receiver, String fields, Map<String, String> headers) throws Exception {
        String body = body("echo", "call me back");
        Pipeline.Answer accepted =
                pipeline.postHttp(
                        "acme",
                        "{"
                                + fields
                                + body.substring(1, body.length() - 1)
                                + ",\"callback\":{\"url\":\""
                                + receiver.url()
                                + "\"}}",
                        headers);
        assertThat(accepted.status()).isEqualTo(202);
        return accepted.body().path("id").asText();
    }

    private static void assertGood(Call call, String jobId) throws IOException {
        String secret = new DemoTenants(pipeline.home, new SecureRandom()).webhookSecret("acme");
        assertThat(
                        StandardWebhooks.withSecret(secret)
                                .verify(
                                        call.webhookId(),
                                        call.timestamp(),
                                        call.signature(),
                                        call.body(),
                                        Instant.now()))
                .isEqualTo(StandardWebhooks.Verdict.VALID);
        JsonNode payload = new ObjectMapper().readTree(call.body());
        assertThat(payload.path("type").asText()).isEqualTo("job.succeeded");
        assertThat(payload.path("data").path("id").asText()).isEqualTo(jobId);
        assertThat(payload.path("data").path("output").asText()).contains("call me back");
    }

    private static String webhookId(int call, Receiver receiver) {
        return receiver.calls.get(call).webhookId();
    }

    private static String deliveries(String jobId, String state, int attempts) {
        return "select count(*) from webhook.delivery where job_id = '"
                + jobId
                + "' and state = '"
                + state
                + "' and attempts = "
                + attempts;
    }

    private static long attempts(String jobId) throws Exception {
        return pipeline.number(
                "select count(*) from webhook.attempt join webhook.delivery using (webhook_id)"
                        + " where job_id = '"
                        + jobId
                        + "'");
    }

    private record Call(
            String webhookId,
            String timestamp,
            String signature,
            String traceparent,
            byte[] body) {}

    /** Answers with one status after the other, the last one again and again. */
    private static final class Receiver implements AutoCloseable {
        final List<Call> calls = new CopyOnWriteArrayList<>();
        private final HttpServer server;

        Receiver(List<Integer> statuses) throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
            server.createContext(
                    "/hook",
                    exchange -> {
                        try (exchange) {
                            var headers = exchange.getRequestHeaders();
                            int status = statuses.get(Math.min(calls.size(), statuses.size() - 1));
                            calls.add(
                                    new Call(
                                            headers.getFirst(StandardWebhooks.ID),
                                            headers.getFirst(StandardWebhooks.TIMESTAMP),
                                            headers.getFirst(StandardWebhooks.SIGNATURE),
                                            headers.getFirst("traceparent"),
                                            exchange.getRequestBody().readNBytes(1_000_000)));
                            exchange.sendResponseHeaders(status, -1);
                        }
                    });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
