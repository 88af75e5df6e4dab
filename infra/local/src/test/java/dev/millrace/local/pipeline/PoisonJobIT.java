package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobError;
import dev.millrace.v1.ResultStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A job that kills every worker that runs it, in a lane that is added for it. */
class PoisonJobIT extends PipelineScenario {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int NEIGHBOURS = 24;

    @Test
    void aJobThatKillsItsWorkersFailsWithOneLetterAndItsNeighboursSucceed() throws Exception {
        String mark = mark();
        try (DeadlyModel model = new DeadlyModel("poison " + mark)) {
            // Given
            addLane(model.baseUrl());
            List<String> neighbours = new ArrayList<>();
            for (int i = 0; i < NEIGHBOURS / 3; i++) {
                neighbours.add(neighbour(mark, neighbours.size()));
            }

            // When
            pipeline.post(
                    "acme",
                    Pipeline.job("fragile", model.poison, mark).setDeadlineMs(600_000L).build());
            for (int i = 0; i < NEIGHBOURS / 3; i++) {
                neighbours.add(neighbour(mark, neighbours.size()));
            }
            InferenceResult result =
                    Awaitility.await("the end of the poison")
                            .atMost(PATIENCE)
                            .until(() -> pipeline.resultsOf(mark), found -> !found.isEmpty())
                            .getFirst();
            int deaths = model.deaths.get();
            for (int i = 0; i < NEIGHBOURS / 3; i++) {
                neighbours.add(neighbour(mark, neighbours.size()));
            }

            // Then
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            JobError error = result.getError().orElseThrow();
            assertThat(error.getCode()).isEqualTo("attempts_exhausted");
            assertThat(error.getLimit()).hasValue("2 attempts");
            assertThat(error.getDetail()).contains("worker_died");
            assertThat(deaths).isBetween(2, 4);
            for (String each : neighbours) {
                assertThat(pipeline.resultOf(each).getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
                assertThat(pipeline.resultsOf(each)).hasSize(1);
            }
            assertThat(model.deaths).as("none died of it afterwards").hasValue(deaths);
            assertThat(pipeline.resultsOf(mark)).hasSize(1);
            awaitUsageRows(result.getJobId(), 1);
            awaitNumber(
                    "select cost_micros from ledger.usage_event where job_id = '"
                            + result.getJobId()
                            + "'",
                    0);
            Awaitility.await("its letter")
                    .atMost(Pipeline.PATIENCE)
                    .untilAsserted(() -> assertThat(letters(mark)).hasSize(1));
            ConsumerRecord<String, byte[]> letter = letters(mark).getFirst();
            assertThat(header(letter, DeadLetterHeaders.REASON))
                    .isEqualTo("attempts_exhausted: worker_died");
            assertThat(header(letter, DeadLetterHeaders.ATTEMPTS)).isEqualTo("2");
            leaveTheLane();
        }
    }

    private static String neighbour(String mark, int number) throws Exception {
        String own = mark + "-" + number;
        pipeline.post(
                "borealis", Pipeline.job("fragile", "count the words: " + number, own).build());
        return own;
    }

    /** A lane of one worker, whose death the broker notices soon. */
    private static void addLane(String baseUrl) throws Exception {
        String lane =
                """
                  - name: fragile
                    model: stand-in
                    engine: {type: chat, base_url: "%s", model: stand-in}
                    partitions: 1
                    slots: 2
                    max_tokens: 64
                    max_attempts: 2
                """
                        .formatted(baseUrl);
        String price =
                "  - {lane: fragile, effective_from: 2026-01-01T00:00:00Z, currency: USD,"
                        + " input: 1000000, output: 2000000}\n";
        try (Admin admin = Admin.create(pipeline.connection.admin())) {
            ConfigEntry timeout = new ConfigEntry("consumer.session.timeout.ms", "2000");
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(
                                            ConfigResource.Type.GROUP, Topics.laneGroup("fragile")),
                                    List.of(new AlterConfigOp(timeout, AlterConfigOp.OpType.SET))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        pipeline.apply(
                Files.readString(pipeline.home.catalogFile())
                                .replace("\nroutes:", lane + "\nroutes:")
                        + price);
        Awaitility.await("the worker of the added lane")
                .atMost(Pipeline.PATIENCE)
                .until(() -> pipeline.pid("worker-fragile") > 0);
    }

    /** Nobody needs its worker any more. */
    private static void leaveTheLane() throws Exception {
        pipeline.apply(
                Files.readString(pipeline.home.catalogFile())
                        .replace("    max_attempts: 2\n", "    max_attempts: 2\n    workers: 0\n"));
    }

    private static List<ConsumerRecord<String, byte[]>> letters(String mark) {
        return pipeline.deadLetters.records().stream()
                .filter(
                        letter ->
                                new String(letter.value(), StandardCharsets.UTF_8)
                                        .contains("poison " + mark))
                .toList();
    }

    private static String header(ConsumerRecord<String, byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    /**
     * The stack's own model server, except that one prompt ends the process of the worker that asks
     * it, as a native crash does.
     */
    private static final class DeadlyModel implements AutoCloseable {
        private final String poison;
        private final AtomicInteger deaths = new AtomicInteger();
        private final String model;
        private final HttpClient http = HttpClient.newHttpClient();
        private final HttpServer server;

        DeadlyModel(String poison) throws IOException {
            this.poison = poison;
            model = Files.readString(pipeline.home.run("model-server.url"));
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/v1", this::answer);
            server.start();
        }

        String baseUrl() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (new String(body, StandardCharsets.UTF_8).contains(poison)) {
                    deaths.incrementAndGet();
                    ProcessHandle.of(pipeline.pid("worker-fragile"))
                            .ifPresent(ProcessHandle::destroyForcibly);
                    return;
                }
                HttpResponse<byte[]> answer = ask(exchange, body);
                exchange.getResponseHeaders()
                        .set(
                                "Content-Type",
                                answer.headers().firstValue("Content-Type").orElseThrow());
                exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
                exchange.getResponseBody().write(answer.body());
            }
        }

        private HttpResponse<byte[]> ask(HttpExchange exchange, byte[] body) throws IOException {
            String path = exchange.getRequestURI().getPath().substring("/v1".length());
            try {
                return http.send(
                        HttpRequest.newBuilder(URI.create(model + path))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            server.stop(0);
            http.close();
        }
    }
}
