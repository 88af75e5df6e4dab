package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.catalog.Catalog;
import dev.millrace.kit.Connection;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.kit.streams.DeadLetterHandler;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.ledger.pricing.CurrentCatalog;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTopologyTest {
    private static final Connection CONNECTION =
            Connection.to("unused:9092", "mock://ledger-topology");

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir private Path state;
    private final AtomicReference<Catalog> catalog = new AtomicReference<>(Examples.catalog(1));
    private final List<String> unpriced = new ArrayList<>();
    private TopologyTestDriver driver;
    private TestInputTopic<String, InferenceResult> results;
    private TestOutputTopic<String, UsageEvent> usage;

    @BeforeEach
    void start() {
        Properties settings = new Properties();
        settings.putAll(CONNECTION.streams("millrace-ledger", state));
        settings.put("deserialization.exception.handler", DeadLetterHandler.class.getName());
        // the driver forgets what is sent outside of processing when its producer is transactional
        settings.put("processing.guarantee", "at_least_once");
        driver = new TopologyTestDriver(topology().get(), settings);
        results =
                driver.createInputTopic(
                        Topics.RESULTS.name(),
                        new StringSerializer(),
                        CONNECTION.serializer(Topics.RESULTS));
        usage =
                driver.createOutputTopic(
                        Topics.USAGE.name(),
                        new StringDeserializer(),
                        CONNECTION.deserializer(Topics.USAGE));
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void everyResultBecomesOneUsageEventUnderTheSameTenantInTheSameOrder() {
        // When
        results.pipeInput("acme", Examples.succeeded("job-1"));
        results.pipeInput("acme", Examples.rejected("job-2"));
        results.pipeInput("acme", Examples.result("job-3", ResultStatus.EXPIRED).build());

        // Then
        List<TestRecord<String, UsageEvent>> events = usage.readRecordsToList();
        assertThat(events).extracting(TestRecord::key).containsOnly("acme");
        assertThat(events)
                .extracting(event -> event.value().getJobId())
                .containsExactly("job-1", "job-2", "job-3");
        assertThat(events)
                .extracting(event -> event.value().getCostMicros())
                .containsExactly(420L, 0L, 0L);
        assertThat(unpriced).isEmpty();
    }

    @Test
    void aLaneWithoutAPriceIsSaidAndNeverHeldBack() {
        results.pipeInput(
                "acme", Examples.result("job-1", ResultStatus.SUCCEEDED).setLane("new").build());

        assertThat(usage.readValue().getCostMicros()).isZero();
        assertThat(unpriced).containsExactly("job-1 no_price");
    }

    @Test
    void poisonBytesBecomeADeadLetterAndTheStreamGoesOn() {
        // Given
        TestInputTopic<String, byte[]> raw =
                driver.createInputTopic(
                        Topics.RESULTS.name(), new StringSerializer(), new ByteArraySerializer());
        TestOutputTopic<byte[], byte[]> letters =
                driver.createOutputTopic(
                        Topics.DEAD_LETTERS,
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());

        // When
        raw.pipeInput("acme", new byte[] {9, 9, 9});
        results.pipeInput("acme", Examples.succeeded("job-1"));

        // Then
        TestRecord<byte[], byte[]> letter = letters.readRecord();
        assertThat(letters.isEmpty()).isTrue();
        assertThat(letter.value()).containsExactly(9, 9, 9);
        assertThat(new String(letter.key(), StandardCharsets.UTF_8))
                .isEqualTo("millrace.results/0/0");
        assertThat(
                        new String(
                                letter.headers().lastHeader(DeadLetterHeaders.REASON).value(),
                                StandardCharsets.UTF_8))
                .isEqualTo("undecodable");
        assertThat(usage.readValue().getJobId()).isEqualTo("job-1");
    }

    @Test
    void aRecordOfAnotherTypeIsPoisonToo() {
        TestInputTopic<String, UsageEvent> wrong =
                driver.createInputTopic(
                        Topics.RESULTS.name(),
                        new StringSerializer(),
                        CONNECTION.serializer(Topics.USAGE));
        results.pipeInput("acme", Examples.succeeded("job-1"));
        UsageEvent event = usage.readValue();

        wrong.pipeInput("acme", event);

        assertThat(usage.isEmpty()).isTrue();
        assertThat(
                        driver.createOutputTopic(
                                        Topics.DEAD_LETTERS,
                                        new ByteArrayDeserializer(),
                                        new ByteArrayDeserializer())
                                .readRecordsToList())
                .hasSize(1);
    }

    @Test
    void aResultDecidedUnderACatalogThatIsNotHereYetFailsTheThreadInsteadOfBeingMispriced() {
        InferenceResult early =
                Examples.result("job-1", ResultStatus.SUCCEEDED)
                        .setDecision(Examples.decision(2))
                        .build();

        assertThatThrownBy(() -> results.pipeInput("acme", early))
                .hasStackTraceContaining("catalog_version=2");
        assertThat(usage.isEmpty()).isTrue();
    }

    @Test
    void theTraceOfAResultGoesOnWithItsUsage() {
        // Given
        TestRecord<String, InferenceResult> result =
                new TestRecord<>("acme", Examples.result("job-1", ResultStatus.SUCCEEDED).build());
        result.headers().add("traceparent", TRACE.getBytes(StandardCharsets.US_ASCII));
        result.headers().add("tracestate", "a=b".getBytes(StandardCharsets.US_ASCII));

        // When
        results.pipeInput(result);

        // Then
        assertThat(usage.readRecord().headers())
                .extracting(
                        header ->
                                header.key()
                                        + "="
                                        + new String(header.value(), StandardCharsets.US_ASCII))
                .containsExactly("traceparent=" + TRACE, "tracestate=a=b");
    }

    @Test
    void itsShapeChangesOnlyOnPurpose() {
        assertThat(topology().get().describe().toString())
                .isEqualToNormalizingWhitespace(
                        """
                        Topologies:
                           Sub-topology: 0
                            Source: results (topics: [millrace.results])
                              --> price
                            Processor: price (stores: [])
                              --> usage
                              <-- results
                            Sink: usage (topic: millrace.usage)
                              <-- price
                        """);
    }

    private LedgerTopology topology() {
        return new LedgerTopology(
                serde(Topics.RESULTS),
                serde(Topics.USAGE),
                new CurrentCatalog(catalog::get, Duration.ofMillis(10)),
                (result, reason) -> unpriced.add(result.getJobId() + " " + reason),
                Tracing.OFF);
    }

    private static <V extends SpecificRecord> Serde<V> serde(Topic<V> topic) {
        return Serdes.serdeFrom(
                CONNECTION.serializer(topic),
                new PatientDeserializer<>(CONNECTION.deserializer(topic)));
    }
}
