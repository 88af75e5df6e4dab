package dev.millrace.classifier.service;

import static dev.millrace.classifier.given.Commands.HTTP;
import static dev.millrace.classifier.given.Commands.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.classifier.given.Catalogs;
import dev.millrace.classifier.given.Commands;
import dev.millrace.classifier.given.Outcomes;
import dev.millrace.kit.Connection;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as it runs, on a real broker and a real registry. */
@Timeout(240)
class ClassifierIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    @TempDir static Path state;

    private final TestStack stack = TestStack.shared();
    private final Connection connection = Connection.to(stack.bootstrap(), stack.registryUrl());
    private final RealTopics topics = new RealTopics(connection);
    private @Nullable EmbeddedServer service;

    @BeforeEach
    void prepare() throws Exception {
        topics.create(Catalogs.usual());
        topics.publish(Catalogs.usual());
        service = start();
    }

    @AfterEach
    void stop() {
        if (service != null) {
            service.stop();
        }
    }

    @Test
    void aJobInAnOutcomeInAResultOutAndAllOfItIsRememberedOverARestart() throws Exception {
        // Given bytes that nobody can read, then a job
        JobCommand command = Commands.submission("it-1", HTTP, job(), Instant.now());
        topics.putBytes(Topics.JOBS, 0, new byte[] {1, 2, 3});
        topics.put(Topics.JOBS, "acme", command);

        // When it was routed, a worker answers
        RoutedJob routed = await().atMost(SOON).until(() -> routed("it-1"), found -> found != null);
        assertThat(receipts("it-1")).containsExactly(ReceiptStatus.ACCEPTED);
        topics.put(Topics.OUTCOMES, routed.getJobsPartition(), "acme", Outcomes.succeeded(routed));

        // Then there is one result
        await().atMost(SOON).until(() -> results("it-1").size() == 1);
        assertThat(results("it-1").getFirst().getStatus()).isEqualTo(ResultStatus.SUCCEEDED);

        // and When the service restarts, and everything comes again
        stop();
        service = start();
        topics.put(Topics.OUTCOMES, routed.getJobsPartition(), "acme", Outcomes.succeeded(routed));
        topics.put(Topics.JOBS, "acme", command);
        await().atMost(SOON).until(() -> receipts("it-1").size() == 2);

        // Then it is the same job, with the same one result
        assertThat(receipts("it-1").getLast()).isEqualTo(ReceiptStatus.DUPLICATE);
        assertThat(results("it-1")).hasSize(1);
        assertThat(scrape()).contains("millrace_rerun_outcomes_total{lane=\"fast\"");

        // and the unreadable bytes are one dead letter
        List<ConsumerRecord<byte[], byte[]>> letters = topics.all(Topics.DEAD_LETTERS);
        assertThat(letters).hasSize(1);
        assertThat(letters.getFirst().value()).containsExactly(1, 2, 3);
    }

    @Test
    void aJobNobodyWorksOnExpiresOnTime() throws Exception {
        JobCommand command =
                Commands.submission(
                        "it-2", HTTP, job(job -> job.setDeadlineMs(1_500L)), Instant.now());
        topics.put(Topics.JOBS, "acme", command);

        await().atMost(SOON).until(() -> results("it-2").size() == 1);

        InferenceResult result = results("it-2").getFirst();
        assertThat(result.getStatus()).isEqualTo(ResultStatus.EXPIRED);
        assertThat(result.getCompletedAt())
                .isBetween(
                        command.getReceivedAt().plusMillis(1_500),
                        command.getReceivedAt().plusMillis(15_000));
    }

    @Test
    void theRegistryMayBeDownWhileKnownRecordsFlow() throws Exception {
        // Given the schemas were used before
        topics.put(Topics.JOBS, "acme", Commands.submission("it-3", HTTP, job(), Instant.now()));
        RoutedJob first = await().atMost(SOON).until(() -> routed("it-3"), found -> found != null);
        JobCommand second = Commands.submission("it-4", HTTP, job(), Instant.now());
        byte[] bytes = connection.serializer(Topics.JOBS).serialize(Topics.JOBS.name(), second);
        var outcome =
                connection
                        .serializer(Topics.OUTCOMES)
                        .serialize(Topics.OUTCOMES.name(), Outcomes.succeeded(first));
        int before = topics.all(Topics.DEAD_LETTERS).size();

        // When the registry is down, a first result (of a schema not yet used) has to wait for it
        stack.registry().stop();
        try {
            topics.putBytes(Topics.JOBS, first.getJobsPartition(), bytes);
            topics.putBytes(Topics.OUTCOMES, first.getJobsPartition(), outcome);
            await().during(Duration.ofSeconds(4))
                    .atMost(SOON)
                    .until(() -> topics.all(Topics.DEAD_LETTERS).size() == before);
        } finally {
            stack.registry().start();
        }

        // Then nothing is lost, doubled or dead-lettered
        await().atMost(SOON).until(() -> results("it-3").size() == 1);
        await().atMost(SOON).until(() -> routed("it-4") != null);
        assertThat(topics.all(Topics.DEAD_LETTERS)).hasSize(before);
    }

    private EmbeddedServer start() throws Exception {
        EmbeddedServer started =
                ApplicationContext.run(
                        EmbeddedServer.class,
                        Map.of(
                                "test.bootstrap",
                                stack.bootstrap(),
                                "test.registry",
                                stack.registryUrl(),
                                "classifier.instance",
                                "it",
                                "classifier.state-directory",
                                state.toString()));
        ClassifierService classifier =
                started.getApplicationContext().getBean(ClassifierService.class);
        await().atMost(SOON).until(classifier::isReady);
        assertThat(get(started, "/health/readiness").statusCode()).isEqualTo(200);
        return started;
    }

    private @Nullable RoutedJob routed(String id) {
        return topics.values(Topics.lane("fast", Band.STANDARD)).stream()
                .filter(routed -> routed.getJobId().equals(id))
                .findFirst()
                .orElse(null);
    }

    private List<InferenceResult> results(String id) {
        return topics.values(Topics.RESULTS).stream()
                .filter(result -> result.getJobId().equals(id))
                .toList();
    }

    private List<ReceiptStatus> receipts(String id) {
        return topics.values(Topics.INGRESS_REPLIES).stream()
                .filter(reply -> reply.getJobId().equals(id))
                .map(IngressReply::getBody)
                .filter(Receipt.class::isInstance)
                .map(body -> ((Receipt) body).getStatus())
                .toList();
    }

    private String scrape() throws Exception {
        EmbeddedServer running = Objects.requireNonNull(service);
        return get(running, "/prometheus").body();
    }

    private static HttpResponse<String> get(EmbeddedServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.getURL() + path))
                            .timeout(Duration.ofSeconds(10))
                            .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
