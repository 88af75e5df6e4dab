package dev.millrace.ledger.sink;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kit.Connection;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.ledger.Examples;
import dev.millrace.ledger.LedgerStack;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.UsageEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Invariant: the ledger equals the sum of the events, to the micro-unit, whatever is repeated or
 * dies.
 */
class UsageSinkIT {
    private static final LedgerStack STACK = LedgerStack.shared();
    private static final String ROWS =
            "select count(*) from ledger.usage_event where tenant = :tenant";
    private static final String COST =
            "select coalesce(sum(cost_micros), 0) from ledger.usage_event where tenant = :tenant";
    private static final String HOURLY_JOBS =
            "select coalesce(sum(jobs), 0) from ledger.usage_hourly where tenant = :tenant";
    private static final String HOURLY_COST =
            "select coalesce(sum(cost_micros), 0) from ledger.usage_hourly where tenant = :tenant";

    private final String tenant = "t-" + UUID.randomUUID();
    private final List<AutoCloseable> open = new ArrayList<>();
    private long expectedJobs;
    private long expectedCost;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void eachJobCountsOnceHoweverOftenItsEventComes() {
        sink(new UsageRows(STACK.connection));
        for (int i = 0; i < 300; i++) {
            UsageEvent event = expect("job-" + i, 1_000 + i);
            STACK.send(Topics.USAGE, tenant, event);
            if (i % 3 == 0) {
                STACK.send(Topics.USAGE, tenant, event);
            }
        }

        awaitExact();
    }

    @Test
    void aReplayFromTheFirstOffsetChangesNothing() {
        // Given
        Sink<UsageEvent> first = sink(new UsageRows(STACK.connection));
        sendJobs(50);
        awaitExact();
        first.close();
        STACK.jdbi.useHandle(
                handle -> handle.execute("update ledger.sink_offset set next_offset = 0"));

        // When
        Sink<UsageEvent> second = sink(new UsageRows(STACK.connection));
        sendJobs(50, 1);

        // Then
        awaitExact();
        assertThat(second.isWorking()).isTrue();
    }

    @Test
    void aTransactionThatDiesAfterWritingLeavesNothingAndIsTriedAgain() {
        AtomicInteger deaths = new AtomicInteger();
        sink(
                new Disturbed(
                        handle -> {
                            if (deaths.incrementAndGet() <= 3) {
                                // what a kill -9 of this process looks like to the database
                                STACK.jdbi.useHandle(
                                        other ->
                                                other.execute(
                                                        "select pg_terminate_backend(?)",
                                                        pid(handle)));
                            }
                        }));
        sendJobs(100);

        awaitExact();
        assertThat(deaths.get()).isGreaterThan(3);
    }

    @Test
    void aRestartOfTheDatabaseIsWaitedOut() {
        sink(new UsageRows(STACK.connection));
        sendJobs(100);
        STACK.servers.postgres().kill();
        sendJobs(100, 100);
        STACK.servers.postgres().start();
        sendJobs(200, 100);

        awaitExact();
    }

    @Test
    void severalReadersShareTheWorkAndCountNothingTwice() {
        sink(new UsageRows(STACK.connection));
        sendJobs(100);
        Sink<UsageEvent> leaving = sink(new UsageRows(STACK.connection));
        sendJobs(100, 200);
        leaving.close();
        sendJobs(300, 100);

        awaitExact();
    }

    @Test
    void aStaleReaderWhoseOffsetsWereMovedReadsAgainFromTheStoredOnes() {
        // Given
        AtomicInteger turns = new AtomicInteger();
        sink(new UsageRows(STACK.connection));
        sendJobs(20);
        awaitExact();

        // When somebody else moves the offsets back behind this reader's back
        STACK.jdbi.useHandle(
                handle ->
                        turns.set(
                                handle.execute(
                                        "update ledger.sink_offset set next_offset = 0 where topic = ?",
                                        Topics.USAGE.name())));
        sendJobs(20, 20);

        // Then
        assertThat(turns.get()).isPositive();
        awaitExact();
    }

    @Test
    void badRecordsBecomeDeadLettersAndTheirNeighboursAreKept() {
        // Given
        String poison = "poison-" + UUID.randomUUID();
        // beyond what an index takes, and random, so that it does not compress to less
        String tooLong =
                new Random(7)
                        .ints(20_000, 'a', 'z')
                        .mapToObj(Character::toString)
                        .collect(joining());
        sendJobs(10);
        STACK.sendBytes(Topics.USAGE.name(), tenant, poison.getBytes(StandardCharsets.UTF_8));
        UsageEvent unstorable = event(tooLong, 5);
        STACK.send(Topics.USAGE, tenant, unstorable);
        sendJobs(10, 10);

        // When
        sink(new UsageRows(STACK.connection));

        // Then
        awaitExact();
        assertThat(deadLettersOf(tenant))
                .containsExactlyInAnyOrder("undecodable", "refused_by_database");
    }

    @Test
    void anOutageOfTheRegistryIsWaitedOutAndMakesNoDeadLetter() {
        // Given a client of its own, which knows no schema yet
        Map<String, String> own = Map.of("max.schemas.per.subject", "77");
        Connection connection =
                new Connection(
                        STACK.connection.bootstrapServers(), STACK.connection.registryUrl(), own);
        sendJobs(20);
        STACK.servers.registry().kill();

        // When
        sink(new UsageRows(connection));
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(5))
                .until(() -> STACK.count(ROWS, tenant) == 0);
        STACK.servers.registry().start();

        // Then
        awaitExact();
        assertThat(deadLettersOf(tenant)).isEmpty();
    }

    private Sink<UsageEvent> sink(Projection<UsageEvent> projection) {
        Map<String, Object> settings =
                new HashMap<>(STACK.connection.consumer("millrace-ledger-sink"));
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        DeadLetterQueue letters = DeadLetterQueue.to(STACK.connection);
        Sink<UsageEvent> sink =
                new Sink<>(
                        projection,
                        () -> new KafkaConsumer<>(settings),
                        STACK.jdbi,
                        letters,
                        new SimpleMeterRegistry(),
                        Tracing.OFF,
                        Clock.systemUTC());
        open.add(sink);
        open.add(letters);
        sink.start();
        return sink;
    }

    private void sendJobs(int count) {
        sendJobs(0, count);
    }

    private void sendJobs(int from, int count) {
        for (int i = from; i < from + count; i++) {
            STACK.send(Topics.USAGE, tenant, expect("job-" + i, 7 + i));
        }
    }

    private UsageEvent expect(String job, long cost) {
        expectedJobs++;
        expectedCost += cost;
        return event(tenant + "-" + job, cost);
    }

    private UsageEvent event(String jobId, long cost) {
        Instant completed = Examples.COMPLETED.plusSeconds(cost * 60);
        return UsageEvent.newBuilder()
                .setJobId(jobId)
                .setTenant(tenant)
                .setLane("cloud")
                .setModel("cloud-model")
                .setOutcome("succeeded")
                .setInputTokens(10)
                .setOutputTokens(5)
                .setCostMicros(cost)
                .setPrice("cloud/2026-01-01T00:00:00Z")
                .setAttempts(1)
                .setAcceptedAt(completed.minusMillis(1_500))
                .setCompletedAt(completed)
                .setTags(List.of("a", "b,\"c\""))
                .build();
    }

    private void awaitExact() {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> STACK.count(ROWS, tenant) >= expectedJobs);
        await().during(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> {
                            assertThat(STACK.count(ROWS, tenant)).isEqualTo(expectedJobs);
                            assertThat(STACK.count(COST, tenant)).isEqualTo(expectedCost);
                            assertThat(STACK.count(HOURLY_JOBS, tenant)).isEqualTo(expectedJobs);
                            assertThat(STACK.count(HOURLY_COST, tenant)).isEqualTo(expectedCost);
                        });
    }

    private static List<String> deadLettersOf(String tenant) {
        return STACK.read(Topics.DEAD_LETTERS).stream()
                .filter(letter -> original(letter).map(key -> key.equals(tenant)).orElse(false))
                .map(letter -> header(letter, DeadLetterHeaders.REASON))
                .toList();
    }

    /** The key of the record that a letter stands for. */
    private static Optional<String> original(ConsumerRecord<byte[], byte[]> letter) {
        String topic = header(letter, DeadLetterHeaders.TOPIC);
        int partition = Integer.parseInt(header(letter, DeadLetterHeaders.PARTITION));
        long offset = Long.parseLong(header(letter, DeadLetterHeaders.OFFSET));
        return STACK.read(topic).stream()
                .filter(record -> record.partition() == partition && record.offset() == offset)
                .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                .findFirst();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static int pid(Handle handle) {
        return handle.createQuery("select pg_backend_pid()").mapTo(Integer.class).one();
    }

    /** Writes, and then something happens before the commit. */
    private record Disturbed(UsageRows rows, Consumer<Handle> afterWriting)
            implements Projection<UsageEvent> {
        Disturbed(Consumer<Handle> afterWriting) {
            this(new UsageRows(STACK.connection), afterWriting);
        }

        @Override
        public String name() {
            return rows.name();
        }

        @Override
        public List<String> topics() {
            return rows.topics();
        }

        @Override
        public UsageEvent read(ConsumerRecord<byte[], byte[]> record) {
            return rows.read(record);
        }

        @Override
        public Optional<Subject> subject(UsageEvent value) {
            return rows.subject(value);
        }

        @Override
        public int write(Handle handle, List<UsageEvent> values) {
            int written = rows.write(handle, values);
            afterWriting.accept(handle);
            return written;
        }
    }
}
