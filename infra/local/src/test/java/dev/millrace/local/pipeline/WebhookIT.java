package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.kit.webhook.StandardWebhooks;
import dev.millrace.local.home.DemoTenants;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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

    private static String postWithCallback(Receiver receiver) throws Exception {
        String body = body("echo", "call me back");
        Pipeline.Answer accepted =
                pipeline.postHttp(
                        "acme",
                        body.substring(0, body.length() - 1)
                                + ",\"callback\":{\"url\":\""
                                + receiver.url()
                                + "\"}}",
                        Map.of());
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

    private record Call(String webhookId, String timestamp, String signature, byte[] body) {}

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
