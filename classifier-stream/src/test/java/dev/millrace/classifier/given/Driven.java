package dev.millrace.classifier.given;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.catalog.Catalog;
import dev.millrace.classifier.ClassifierTopology;
import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.stream.PatientCatalog;
import dev.millrace.classifier.stream.StreamSettings;
import dev.millrace.classifier.stream.TopicSerdes;
import dev.millrace.kit.Connection;
import dev.millrace.kit.streams.CommitPace;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Source;
import dev.millrace.v1.TenantStatus;
import dev.millrace.v1.WebhookEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The topology without a broker: records in, wall clock forward, records out. */
public final class Driven implements AutoCloseable {
    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final Connection connection = Connection.to("localhost:1", "mock://classifier");
    private final RecordedMetrics metrics = new RecordedMetrics();
    private final LaneBoard lanes = new LaneBoard();
    private final TopologyTestDriver driver;
    private Catalog catalog = Catalogs.usual();
    private Instant now = START;

    public Driven(Path state) {
        ClassifierTopology topology =
                new ClassifierTopology(
                        new PatientCatalog(() -> catalog, Duration.ofMillis(40), time -> {}),
                        lanes,
                        metrics,
                        new TopicSerdes(connection),
                        new CommitPace(System::nanoTime),
                        Tracing.OFF);
        Properties settings = new Properties();
        settings.putAll(new StreamSettings("test", state, 1).over(connection));
        // the driver drops what an error handler sends before it commits its mock transaction
        settings.put("processing.guarantee", "at_least_once");
        driver = new TopologyTestDriver(topology.get(), settings, START);
    }

    public Instant now() {
        return now;
    }

    public RecordedMetrics metrics() {
        return metrics;
    }

    /** What is known of the lanes. */
    public LaneBoard lanes() {
        return lanes;
    }

    public void useCatalog(Catalog other) {
        catalog = other;
    }

    public void pass(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    public void send(JobCommand command) {
        in(Topics.JOBS).pipeInput(record(command.getTenant(), command));
    }

    public void send(Outcome outcome) {
        in(Topics.OUTCOMES).pipeInput(record(outcome.getTenant(), outcome));
    }

    /** A record of {@code millrace.jobs} with a trace. */
    public void send(JobCommand command, String traceparent) {
        TestRecord<String, JobCommand> record = record(command.getTenant(), command);
        record.headers().add("traceparent", traceparent.getBytes(UTF_8));
        in(Topics.JOBS).pipeInput(record);
    }

    public void sendBytes(Topic<?> topic, byte[] bytes) {
        driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>("acme", bytes, now));
    }

    public JobCommand submit(String id, Source source, InferenceJob job) {
        JobCommand command = Commands.submission(id, source, job, now);
        send(command);
        return command;
    }

    public List<RoutedJob> lane(String lane) {
        return lane(lane, Band.STANDARD);
    }

    public List<RoutedJob> lane(String lane, Band band) {
        return out(Topics.lane(lane, band));
    }

    public List<InferenceResult> results() {
        return out(Topics.RESULTS);
    }

    public List<WebhookEvent> webhooks() {
        return out(Topics.WEBHOOKS);
    }

    public List<ControlEvent> controls() {
        return out(Topics.CONTROL);
    }

    public List<TenantStatus> statuses() {
        return out(Topics.TENANT_STATUS);
    }

    public List<IngressReply> replies() {
        return out(Topics.INGRESS_REPLIES);
    }

    public List<Receipt> receipts() {
        return replies().stream()
                .filter(reply -> reply.getBody() instanceof Receipt)
                .map(reply -> (Receipt) reply.getBody())
                .toList();
    }

    public List<TestRecord<String, byte[]>> deadLetters() {
        return driver.createOutputTopic(
                        Topics.DEAD_LETTERS, new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    public <V extends SpecificRecord> List<TestRecord<String, V>> records(Topic<V> topic) {
        return driver.createOutputTopic(
                        topic.name(), new StringDeserializer(), connection.deserializer(topic))
                .readRecordsToList();
    }

    public TopologyTestDriver driver() {
        return driver;
    }

    @Override
    public void close() {
        driver.close();
    }

    private <V extends SpecificRecord> List<V> out(Topic<V> topic) {
        return records(topic).stream().map(TestRecord::value).toList();
    }

    private <V extends SpecificRecord> TestInputTopic<String, V> in(Topic<V> topic) {
        return driver.createInputTopic(
                topic.name(), new StringSerializer(), connection.serializer(topic));
    }

    private <V> TestRecord<String, V> record(String key, V value) {
        return new TestRecord<>(key, value, now);
    }
}
