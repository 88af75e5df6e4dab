package dev.millrace.local.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.local.apply.CatalogApply;
import dev.millrace.local.cli.OracleSubject;
import dev.millrace.local.home.Endpoints;
import dev.millrace.local.home.Home;
import dev.millrace.local.home.Pids;
import dev.millrace.local.home.StackState;
import dev.millrace.oracle.Oracle;
import dev.millrace.oracle.Verdict;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** A caller of a whole stack of real parts, and eyes on its topics and tables. */
final class Pipeline implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    final Home home;
    final Endpoints endpoints;
    final Connection connection;
    final RecordLog<InferenceResult> results;
    final RecordLog<byte[]> deadLetters;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final KafkaProducer<String, InferenceJob> jobs;
    private final KafkaProducer<byte[], byte[]> bytes;

    static Home freshHome() throws IOException {
        return new Home(
                Files.createTempDirectory("millrace-pipeline-"),
                Path.of(System.getProperty("millrace.checkout", "../..")));
    }

    /** Reaches a stack that runs. */
    Pipeline(Home home, Endpoints endpoints) {
        this.home = home;
        this.endpoints = endpoints;
        connection = Connection.to(endpoints.bootstrap(), endpoints.registryUrl());
        results = RecordLog.of(connection, Topics.RESULTS);
        deadLetters = RecordLog.ofBytes(connection, Topics.DEAD_LETTERS);
        jobs = new KafkaProducer<>(connection.producer());
        Map<String, Object> plain = new HashMap<>(connection.producer());
        plain.remove("key.serializer");
        plain.remove("value.serializer");
        bytes = new KafkaProducer<>(plain, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Ends this caller, not the stack. */
    @Override
    public void close() {
        jobs.close(Duration.ZERO);
        bytes.close(Duration.ZERO);
        results.close();
        deadLetters.close();
        http.shutdownNow();
    }

    void apply(String catalog) throws Exception {
        if (tryApply(catalog) instanceof CatalogApply.Outcome.Refused refused) {
            throw new AssertionError("the test's catalog is refused: " + refused.problems());
        }
    }

    /** As the verb does it: a refused file never becomes the stack's own. */
    CatalogApply.Outcome tryApply(String catalog) throws Exception {
        Path file = home.root().resolve("tried.yaml");
        Files.writeString(file, catalog);
        CatalogApply.Outcome outcome =
                new CatalogApply(connection, TopicPlan.Cluster.local(), Clock.systemUTC())
                        .apply(file);
        if (!(outcome instanceof CatalogApply.Outcome.Refused)) {
            Files.writeString(home.catalogFile(), catalog);
        }
        return outcome;
    }

    static InferenceJob.Builder job(String model, String prompt, String mark) {
        return InferenceJob.newBuilder()
                .setModel(model)
                .setMessages(List.of(Messages.of("user", prompt)))
                .setMetadata(Map.of("mark", mark));
    }

    void post(String tenant, InferenceJob job) throws Exception {
        jobs.send(new ProducerRecord<>(Topics.intake(tenant).name(), job))
                .get(20, TimeUnit.SECONDS);
    }

    void postBytes(String tenant, byte[] value) throws Exception {
        bytes.send(new ProducerRecord<>(Topics.intake(tenant).name(), value))
                .get(20, TimeUnit.SECONDS);
    }

    /** The result of the job with this mark in its metadata. */
    InferenceResult resultOf(String mark) {
        return Awaitility.await("result of " + mark)
                .atMost(PATIENCE)
                .until(() -> resultsOf(mark), found -> !found.isEmpty())
                .getFirst();
    }

    List<InferenceResult> resultsOf(String mark) {
        return results.values().stream()
                .filter(result -> mark.equals(result.getMetadata().get("mark")))
                .toList();
    }

    record Answer(int status, JsonNode body) {}

    Answer postHttp(String tenant, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return postWithKey(endpoints.apiKeys().get(tenant), body, headers);
    }

    Answer postWithKey(String key, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                authorized("/v1/jobs", key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request.build());
    }

    Answer cancel(String tenant, String id) throws IOException, InterruptedException {
        return send(
                authorized("/v1/jobs/" + id + "/cancel", endpoints.apiKeys().get(tenant))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build());
    }

    Answer getJob(String tenant, String id) throws IOException, InterruptedException {
        return getWithKey(endpoints.apiKeys().get(tenant), id);
    }

    Answer getWithKey(String key, String id) throws IOException, InterruptedException {
        return send(authorized("/v1/jobs/" + id, key).build());
    }

    private HttpRequest.Builder authorized(String path, String key) {
        return HttpRequest.newBuilder(URI.create(endpoints.ingressUrl() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + key);
    }

    /** The sum of one gauge or counter of a supervised process over all its tags. */
    double metric(String process, String name) throws IOException, InterruptedException {
        return metric(process, name, "");
    }

    /** The same over the values that have a tag, written as Prometheus writes it. */
    double metric(String process, String name, String tag)
            throws IOException, InterruptedException {
        String url =
                StackState.read(home).orElseThrow().services().stream()
                        .filter(service -> service.name().equals(process))
                        .map(StackState.Service::url)
                        .findFirst()
                        .orElseThrow();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/prometheus"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(tag))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    long number(String sql) throws SQLException, IOException {
        String password = Files.readString(Path.of(endpoints.dbPasswordFile())).strip();
        try (var database =
                        DriverManager.getConnection(
                                endpoints.jdbcUrl(), endpoints.dbUser(), password);
                var statement = database.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** 0 when it does not run. */
    long pid(String name) {
        return Pids.read(home).stream()
                .filter(entry -> entry.name().equals(name))
                .mapToLong(Pids.Entry::pid)
                .findFirst()
                .orElse(0);
    }

    /** Ends a process with SIGKILL and waits until the supervisor has started another. */
    void kill(String name) {
        long before = pid(name);
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        Awaitility.await(name + " was restarted")
                .atMost(PATIENCE)
                .until(() -> pid(name) != 0 && pid(name) != before);
    }

    Verdict judge() throws Exception {
        return new Oracle(OracleSubject.of(endpoints), Clock.systemUTC())
                .judgeWhenSettled(PATIENCE, Set.of());
    }

    static void remove(Home home) {
        try (var files = Files.walk(home.root())) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + home.root());
        }
    }
}
