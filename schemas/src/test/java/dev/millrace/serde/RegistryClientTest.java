package dev.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.serde.RegistryErrors.Kind;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RegistryClientTest {
    private static final String STRING = "\"string\"";
    private static final Schema RECORD =
            SchemaBuilder.record("Thing")
                    .namespace("test")
                    .fields()
                    .requiredString("name")
                    .endRecord();

    private final FakeRegistry registry = FakeRegistry.start();
    private final List<AutoCloseable> open = new ArrayList<>(List.of(registry));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void aSchemaIsAskedForOnce() {
        // Given
        int id = registry.put("a-value", STRING);
        RegistryClient client = client(registry.url());

        // When
        Schema first = client.schemaById(id);
        Schema second = client.schemaById(id);

        // Then
        assertThat(first).isSameAs(second);
        assertThat(registry.requests()).containsExactly("GET /schemas/ids/" + id);
    }

    @Test
    void threadsThatNeedTheSameSchemaShareOneRequest() throws Exception {
        // Given
        int id = registry.put("a-value", STRING);
        CountDownLatch gate = new CountDownLatch(1);
        registry.failing(
                exchange -> {
                    gate.await();
                    return false;
                });
        RegistryClient client = client(registry.url());
        List<Thread> threads = new ArrayList<>();
        List<Future<Schema>> answers = new ArrayList<>();

        // When
        try (var pool =
                Executors.newThreadPerTaskExecutor(
                        task -> {
                            Thread thread = new Thread(task);
                            threads.add(thread);
                            return thread;
                        })) {
            for (int i = 0; i < 20; i++) {
                answers.add(pool.submit(() -> client.schemaById(id)));
            }
            Awaitility.await()
                    .until(
                            () ->
                                    threads.stream()
                                            .allMatch(
                                                    t ->
                                                            t.getState() == Thread.State.WAITING
                                                                    || t.getState()
                                                                            == Thread.State
                                                                                    .TIMED_WAITING));
            gate.countDown();
        }

        // Then
        for (Future<Schema> answer : answers) {
            assertThat(answer.get()).isSameAs(answers.getFirst().get());
        }
        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void noMoreSchemasAreRememberedThanConfigured() {
        // Given
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(registry.put("s" + i, SchemaBuilder.fixed("F" + i).size(i + 1).toString()));
        }
        RegistryClient client = client(registry.url(), "max.schemas.per.subject", 2);

        // When
        ids.forEach(client::schemaById);
        client.schemaById(ids.getLast());
        client.schemaById(ids.getFirst());

        // Then
        assertThat(registry.requests()).hasSize(4);
    }

    @Test
    void noListenerIsAnOutage() throws Exception {
        // Given
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        RegistryClient client = client("http://127.0.0.1:" + free);

        // When
        Throwable failure = catchThrowable(() -> client.schemaById(1));

        // Then
        assertThat(failure)
                .isInstanceOf(RegistryUnavailableException.class)
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("registry=http://127.0.0.1:" + free);
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(Kind.OUTAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void aBusyOrBrokenRegistryIsAnOutage(int status) {
        // Given
        int id = registry.put("a-value", STRING);
        registry.failingWith(status, "{\"error_code\":50001,\"message\":\"store\"}");
        RegistryClient client = client(registry.url(), "max.retries", 1);

        // When
        Throwable reading = catchThrowable(() -> client.schemaById(id));
        Throwable writing = catchThrowable(() -> client.register("b", RECORD, false));

        // Then
        assertThat(reading).isInstanceOf(RegistryUnavailableException.class);
        assertThat(writing).isInstanceOf(RegistryUnavailableException.class);
        assertThat(registry.requests()).as("each is tried twice").hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void refusedCredentialsAreNeitherABadRecordNorWorthATry(int status) {
        // Given
        int id = registry.put("a-value", STRING);
        registry.failingWith(status, "{\"error_code\":40101,\"message\":\"no\"}");
        RegistryClient client = client(registry.url());

        // When
        Throwable reading = catchThrowable(() -> client.schemaById(id));
        Throwable writing = catchThrowable(() -> client.register("b", RECORD, false));

        // Then
        assertThat(List.of(reading, writing))
                .allSatisfy(
                        failure ->
                                assertThat(failure)
                                        .isInstanceOf(RegistryAuthorizationException.class)
                                        .isNotInstanceOf(SerializationException.class)
                                        .isNotInstanceOf(RetriableException.class));
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void anUnknownIdIsToldApartAndNotRemembered() {
        // Given
        RegistryClient client = client(registry.url());
        Throwable before = catchThrowable(() -> client.schemaById(1));

        // When
        registry.put("late-value", STRING);
        Schema after = client.schemaById(1);

        // Then
        assertThat(before).isInstanceOf(UnknownSchemaIdException.class);
        assertThat(((UnknownSchemaIdException) before).schemaId()).isEqualTo(1);
        assertThat(after.getType()).isEqualTo(Schema.Type.STRING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "404 <html>not found</html>",
                "404 {\"status\":404,\"title\":\"no such path\"}",
                "404 ",
                "302 ",
                "400 <html>",
                "200 <html>a login page</html>",
                "200 {}",
                "200 {\"id\":\"one\"}",
                "200 []"
            })
    void whatNoRegistryAnswersSaysNothingAboutTheRecord(String answer) {
        // Given
        registry.failingWith(Integer.parseInt(answer.substring(0, 3)), answer.substring(4));
        RegistryClient client = client(registry.url());

        // When
        Throwable reading = catchThrowable(() -> client.schemaById(1));
        Throwable writing = catchThrowable(() -> client.register("b", RECORD, false));
        Throwable latest = catchThrowable(() -> client.latest("b"));

        // Then
        assertThat(List.of(reading, writing, latest))
                .allSatisfy(
                        failure ->
                                assertThat(failure)
                                        .isInstanceOf(RegistryUnavailableException.class)
                                        .hasMessageContaining("is the base URL right?"));
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        // Given
        registry.failingWith(200, "x".repeat((8 << 20) + 1));
        RegistryClient client = client(registry.url(), "max.retries", 0);

        // When / Then
        assertThatThrownBy(() -> client.schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void anIncompatibleSchemaIsRefusedWithTheRegistrysReason() {
        // Given
        registry.put("a-value", RECORD.toString());
        RegistryClient client = client(registry.url());
        Schema other =
                SchemaBuilder.record("Thing")
                        .namespace("test")
                        .fields()
                        .requiredInt("name")
                        .endRecord();

        // When / Then
        assertThatThrownBy(() -> client.register("a-value", other, false))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("subject=a-value")
                .hasMessageContaining("409")
                .hasMessageContaining("Schema being registered is incompatible");
    }

    @Test
    void anInvalidSchemaIsRefusedWithTheRegistrysReason() {
        // Given
        registry.failingWith(422, "{\"error_code\":42201,\"message\":\"invalid Avro schema\"}");
        RegistryClient client = client(registry.url());

        // When / Then
        assertThatThrownBy(() -> client.register("a-value", RECORD, false))
                .isInstanceOf(SerializationException.class)
                .isNotInstanceOf(UnknownSchemaIdException.class)
                .hasMessageContaining("invalid Avro schema");
    }

    @Test
    void aRegistryThatNeverAnswersIsGivenUpAfterTheTimeout() {
        // Given
        registry.failing(
                exchange -> {
                    new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                    return true;
                });
        RegistryClient client = client(registry.url(), "http.read.timeout.ms", 200);

        // When
        long start = System.nanoTime();
        Throwable failure = catchThrowable(() -> client.schemaById(1));

        // Then
        assertThat(failure).isInstanceOf(RegistryUnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void aBodyThatNeverEndsIsGivenUpAfterTheTimeout() {
        // Given
        registry.failing(
                exchange -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                    return true;
                });
        RegistryClient client =
                client(registry.url(), "http.connect.timeout.ms", 200, "http.read.timeout.ms", 200);

        // When
        long start = System.nanoTime();
        Throwable failure = catchThrowable(() -> client.schemaById(1));

        // Then
        assertThat(failure).isInstanceOf(RegistryUnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void theNextUrlIsAskedWhereTheFirstIsDownAndThenStaysTheFirstChoice() throws Exception {
        // Given
        FakeRegistry second = FakeRegistry.start();
        open.add(second);
        int id = second.put("a-value", STRING);
        int other = second.put("b-value", RECORD.toString());
        registry.failingWith(503, "");
        RegistryClient client = client(registry.url() + "," + second.url());

        // When
        client.schemaById(id);
        client.schemaById(other);

        // Then
        assertThat(registry.requests()).hasSize(1);
        assertThat(second.requests()).hasSize(2);
    }

    @Test
    void afterAnOutageTheSameClientGoesOn() {
        // Given
        int id = registry.put("a-value", STRING);
        registry.failing(
                exchange -> {
                    exchange.close();
                    return true;
                });
        RegistryClient client = client(registry.url());
        assertThatThrownBy(() -> client.schemaById(id))
                .isInstanceOf(RegistryUnavailableException.class);

        // When
        registry.healthy();

        // Then
        assertThat(client.schemaById(id).getType()).isEqualTo(Schema.Type.STRING);
    }

    @Test
    void anInterruptedLookupIsNoBadRecord() throws Exception {
        // Given
        registry.failing(
                exchange -> {
                    new CountDownLatch(1).await(60, TimeUnit.SECONDS);
                    return true;
                });
        RegistryClient client = client(registry.url());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .start(() -> failure.set(catchThrowable(() -> client.schemaById(1))));
        Awaitility.await().until(() -> registry.requests().size() == 1);

        // When
        reader.interrupt();
        reader.join(30_000);

        // Then
        assertThat(failure.get()).isInstanceOf(InterruptException.class);
        assertThat(RegistryErrors.kindOf(failure.get())).isEqualTo(Kind.OUTAGE);
    }

    @Test
    void aSubjectsCompatibilityIsSet() {
        // When
        client(registry.url()).setCompatibility("millrace.results-value", "FULL_TRANSITIVE");

        // Then
        assertThat(registry.levels())
                .containsExactly(Map.entry("millrace.results-value", "FULL_TRANSITIVE"));
    }

    @Test
    void aCompatibilityThatTheRegistryDoesNotKnowIsRefusedWithItsReason() {
        registry.failingWith(422, "{\"error_code\":42203,\"message\":\"Invalid level\"}");

        assertThatThrownBy(() -> client(registry.url()).setCompatibility("a", "SOMEHOW"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("compatibility=SOMEHOW")
                .hasMessageContaining("Invalid level");
    }

    @Test
    void aSchemaThatRefersToOthersIsPutTogether() throws Exception {
        // Given
        ObjectMapper json = new ObjectMapper();
        registry.put("inner", RECORD.toString());
        String outer =
                """
                {"type":"record","name":"Outer","namespace":"test","fields":[
                  {"name":"things","type":{"type":"array","items":"test.Thing"}}]}
                """;
        int id =
                registry.put(
                        "outer",
                        json.createObjectNode()
                                .put("schema", outer)
                                .set(
                                        "references",
                                        json.readTree(
                                                """
                                                [{"name":"test.Thing","subject":"inner","version":1}]
                                                """)));

        // When
        Schema schema = client(registry.url()).schemaById(id);

        // Then
        assertThat(schema.getField("things").schema().getElementType()).isEqualTo(RECORD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"schema\":\"syntax = proto3\",\"schemaType\":\"PROTOBUF\"}",
                "{\"schema\":\"not avro\"}",
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\"}\"}"
            })
    void aSchemaThatIsNotAvroMakesABadRecord(String answer) {
        // Given
        registry.failingWith(200, answer);
        RegistryClient client = client(registry.url());

        // When
        Throwable failure = catchThrowable(() -> client.schemaById(1));

        // Then
        assertThat(RegistryErrors.kindOf(failure)).isEqualTo(Kind.BAD_RECORD);
    }

    @Test
    void usersOfEqualSettingsShareAClientUntilTheLastHasClosedIt() {
        // Given
        int id = registry.put("a-value", STRING);
        Map<String, Object> config = config(registry.url());
        RegistryClient first = RegistryClient.of(config);
        RegistryClient second = RegistryClient.of(config);

        // When
        first.close();
        second.schemaById(id);
        second.close();
        RegistryClient third = RegistryClient.of(config);
        open.add(third);
        third.schemaById(id);

        // Then
        assertThat(second).isSameAs(first);
        assertThat(third).isNotSameAs(first);
        assertThat(registry.requests()).hasSize(2);
    }

    @Test
    void theLatestVersionIsBelievedForAsLongAsConfigured() {
        // Given
        long[] now = {0};
        RegistrySettings settings =
                RegistrySettings.from(
                        Map.of("schema.registry.url", "mock://latest", "latest.cache.ttl.sec", 10));
        InMemoryRegistry store = InMemoryRegistry.scope("latest-ttl");
        RegistryClient client = new RegistryClient(settings, store, () -> now[0]);
        store.register("a", STRING, false);
        int first = client.latest("a").id();
        store.register("a", "\"bytes\"", false);

        // When
        now[0] = TimeUnit.SECONDS.toNanos(9);
        int believed = client.latest("a").id();
        now[0] = TimeUnit.SECONDS.toNanos(11);
        int asked = client.latest("a").id();

        // Then
        assertThat(believed).isEqualTo(first);
        assertThat(asked).isNotEqualTo(first);
    }

    private RegistryClient client(String urls, Object... more) {
        Map<String, Object> config = config(urls);
        for (int i = 0; i < more.length; i += 2) {
            config.put((String) more[i], more[i + 1]);
        }
        RegistryClient client = RegistryClient.of(config);
        open.add(client);
        return client;
    }

    private static Map<String, Object> config(String urls) {
        return new HashMap<>(Map.of("schema.registry.url", urls, "retries.wait.ms", 1));
    }
}
