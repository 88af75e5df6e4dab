package dev.millrace.workers.testing;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.CatalogEntries;
import dev.millrace.catalog.Entry;
import dev.millrace.catalog.Lane;
import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicCreator;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.stack.testing.TestStack;
import dev.millrace.topics.Topic;
import dev.millrace.topics.TopicPlan;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.ControlEvent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Retry;
import dev.millrace.v1.RoutedJob;
import dev.millrace.workers.WorkerProcess;
import dev.millrace.workers.WorkerSettings;
import dev.millrace.workers.engine.EngineStarter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A lane of its own on the shared broker: jobs go in as the classifier writes them, in
 * transactions; outcomes come out.
 */
public final class LaneRig implements AutoCloseable {
    public static final int PARTITIONS = 2;
    private static final AtomicLong VERSION = new AtomicLong();
    private static final AtomicInteger LANES = new AtomicInteger();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Connection connection;
    private final String lane =
            "rig-" + ProcessHandle.current().pid() + "-" + LANES.incrementAndGet();
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> classifier;
    private final KafkaConsumer<String, Outcome> outcomeReader;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final List<SimpleMeterRegistry> registries = new ArrayList<>();
    private final List<Process> children = new CopyOnWriteArrayList<>();
    private int names;

    public LaneRig() throws Exception {
        this(Map.of());
    }

    /**
     * @param clientSettings laid over those of every client
     */
    public LaneRig(Map<String, String> clientSettings) throws Exception {
        TestStack servers = TestStack.shared();
        connection = new Connection(servers.bootstrap(), servers.registryUrl(), clientSettings);
        admin = Admin.create(connection.admin());
        TopicPlan.Cluster cluster = TopicPlan.Cluster.local();
        List<TopicPlan> plans = new ArrayList<>(TopicPlan.base(cluster));
        plans.addAll(TopicPlan.lane(lane, PARTITIONS, cluster));
        new TopicCreator(admin).ensure(plans);
        classifier = producer("rig-" + lane);
        outcomeReader = new KafkaConsumer<>(connection.reader());
        List<TopicPartition> partitions =
                IntStream.range(0, cluster.partitions())
                        .mapToObj(
                                partition -> new TopicPartition(Topics.OUTCOMES.name(), partition))
                        .toList();
        outcomeReader.assign(partitions);
        outcomeReader.seekToEnd(partitions);
        partitions.forEach(outcomeReader::position);
    }

    public Connection connection() {
        return connection;
    }

    public String lane() {
        return lane;
    }

    /** Publishes a catalog that has only this lane; rigs that run at once do so one by one. */
    public void publish(Lane shape) {
        synchronized (VERSION) {
            publishNext(shape);
        }
    }

    private void publishNext(Lane shape) {
        Lane named =
                new Lane(
                        lane,
                        shape.model(),
                        List.of(),
                        shape.engine(),
                        PARTITIONS,
                        shape.slots(),
                        shape.workers(),
                        shape.maxTokens(),
                        shape.attemptTimeout(),
                        shape.maxAttempts(),
                        shape.retired());
        long version = VERSION.incrementAndGet();
        for (Entry entry :
                CatalogEntries.of(
                        new Catalog(version, List.of(), List.of(named), List.of(), List.of()))) {
            send(
                    Topics.CATALOG,
                    0,
                    entry.key(),
                    new CatalogEntry(entry.kind(), entry.name(), version, entry.canonicalJson()));
        }
        send(
                Topics.CATALOG,
                0,
                CatalogEntries.VERSION_KEY,
                new CatalogEntry("catalog", "version", version, "{}"));
    }

    public WorkerProcess worker(EngineStarter engines) {
        return worker(engines, Duration.ofSeconds(20));
    }

    public WorkerProcess worker(EngineStarter engines, Duration drain) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        WorkerProcess worker = start(connection, lane, workerName(), drain, engines, meters);
        workers.add(worker);
        registries.add(meters);
        return worker;
    }

    /** A worker of a lane, as in every test. */
    static WorkerProcess start(
            Connection connection,
            String lane,
            String worker,
            Duration drain,
            EngineStarter engines,
            MeterRegistry meters) {
        WorkerSettings settings =
                new WorkerSettings(
                        lane,
                        worker,
                        Path.of("models"),
                        drain,
                        Duration.ofMillis(25),
                        512,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(5));
        return WorkerProcess.start(
                settings, connection, engines, meters, Clock.systemUTC(), Tracing.OFF);
    }

    /** A worker with a scripted engine in a process of its own. */
    public Process child() throws IOException {
        Process child =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xmx96m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                WorkerChild.class.getName(),
                                connection.bootstrapServers(),
                                connection.registryUrl(),
                                lane,
                                workerName())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        Path.of("target", lane + ".log").toFile()))
                        .start();
        children.add(child);
        return child;
    }

    private synchronized String workerName() {
        return lane + "-" + ++names;
    }

    /** How often the in-process workers' partitions have changed. */
    public double rebalances() {
        return registries.stream()
                .flatMap(each -> each.find("millrace.worker.rebalances").counters().stream())
                .mapToDouble(Counter::count)
                .sum();
    }

    /** How soon the broker takes a silent member of the lane's group for dead. */
    public void sessionTimeout(Duration timeout) throws Exception {
        ConfigResource group =
                new ConfigResource(ConfigResource.Type.GROUP, Topics.laneGroup(lane));
        admin.incrementalAlterConfigs(
                        Map.of(
                                group,
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry(
                                                        "consumer.session.timeout.ms",
                                                        Long.toString(timeout.toMillis())),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Routes the next attempt of a job that may be tried again, as the classifier does. */
    public void routeAgain(Outcome outcome, Band band, int partition) {
        RoutedJob echo = ((Retry) outcome.getBody()).getRouted();
        RoutedJob next =
                Jobs.routed(
                        lane,
                        echo.getJobId(),
                        Jobs.job(echo.getJob().getMessages().getLast().getContent()).build(),
                        Instant.now(),
                        Duration.ofHours(1));
        next.put("attempt", echo.getAttempt() + 1);
        send(Topics.lane(lane, band), partition, echo.getJobId(), next);
    }

    /** Routes a job in a transaction of its own, as the classifier does. */
    public void route(Band band, int partition, String name, String prompt) {
        route(band, partition, name, prompt, Duration.ofHours(1));
    }

    public void route(Band band, int partition, String name, String prompt, Duration deadline) {
        InferenceJob job = Jobs.job(prompt).build();
        String jobId = id(name);
        send(
                Topics.lane(lane, band),
                partition,
                jobId,
                Jobs.routed(lane, jobId, job, Instant.now(), deadline));
    }

    /** Writes bytes that are no record. */
    public void poison(Band band, int partition) {
        classifier.beginTransaction();
        classifier.send(
                new ProducerRecord<>(
                        Topics.lane(lane, band).name(),
                        partition,
                        new byte[] {1},
                        new byte[] {9, 9, 9}));
        classifier.commitTransaction();
    }

    /** Says, as the classifier does, that a job is over. */
    public void end(String name, String kind) {
        String jobId = id(name);
        send(Topics.CONTROL, 0, jobId, new ControlEvent(jobId, "acme", kind, Instant.now()));
    }

    private <V extends SpecificRecord> void send(
            Topic<V> topic, int partition, String key, V value) {
        Serializer<V> serializer = connection.serializer(topic);
        classifier.beginTransaction();
        classifier.send(
                new ProducerRecord<>(
                        topic.name(),
                        partition,
                        key.getBytes(StandardCharsets.UTF_8),
                        serializer.serialize(topic.name(), value)));
        classifier.commitTransaction();
    }

    /** All outcomes of this lane so far. */
    public List<Outcome> outcomes() {
        outcomeReader
                .poll(Duration.ofMillis(50))
                .forEach(
                        record -> {
                            if (record.value().getLane().equals(lane)) {
                                outcomes.add(record.value());
                            }
                        });
        return List.copyOf(outcomes);
    }

    /** The job's name in the test: ids are the lane's own, for the topics are shared. */
    public String name(Outcome outcome) {
        return outcome.getJobId().substring(lane.length() + 1);
    }

    private String id(String name) {
        return lane + "/" + name;
    }

    /** How many outcomes each job has. */
    public Map<String, Long> outcomesByJob() {
        return outcomes().stream()
                .collect(Collectors.groupingBy(this::name, TreeMap::new, Collectors.counting()));
    }

    /** What the lane's group has committed. */
    public Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
        return admin.listConsumerGroupOffsets(Topics.laneGroup(lane))
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Lag as any exporter sees it: end offsets minus committed ones; nothing committed counts from
     * the start.
     */
    public long lag() throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        long lag = 0;
        for (Map.Entry<TopicPartition, Long> end : ends().entrySet()) {
            OffsetAndMetadata offset = committed.get(end.getKey());
            lag += end.getValue() - (offset == null ? 0 : offset.offset());
        }
        return lag;
    }

    public Map<TopicPartition, Long> ends() throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (Band band : Band.values()) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                latest.put(
                        new TopicPartition(Topics.lane(lane, band).name(), partition),
                        OffsetSpec.latest());
            }
        }
        Map<TopicPartition, ListOffsetsResultInfo> found =
                admin.listOffsets(latest).all().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        return found.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
    }

    public TopicPartition partition(Band band, int partition) {
        return new TopicPartition(Topics.lane(lane, band).name(), partition);
    }

    /** Keys of dead letters that came from this lane. */
    public Set<String> deadLetters() {
        try (KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(bytesReader())) {
            List<TopicPartition> partitions =
                    reader.partitionsFor(Topics.DEAD_LETTERS).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Set<String> keys = new TreeSet<>();
            long end =
                    reader.endOffsets(partitions).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            for (int polls = 0; polls < 100; polls++) {
                reader.poll(Duration.ofMillis(100))
                        .forEach(
                                record -> {
                                    if (record.key().contains(lane)) {
                                        keys.add(record.key());
                                    }
                                });
                if (partitions.stream().mapToLong(reader::position).sum() >= end) {
                    break;
                }
            }
            return keys;
        }
    }

    @Override
    public void close() {
        for (Process child : children) {
            child.destroyForcibly();
        }
        workers.forEach(WorkerProcess::close);
        classifier.close(Duration.ofSeconds(2));
        outcomeReader.close();
        admin.close(Duration.ofSeconds(2));
    }

    private KafkaProducer<byte[], byte[]> producer(String transactionalId) {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        settings.put("transactional.id", transactionalId);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings);
        producer.initTransactions();
        return producer;
    }

    private Map<String, Object> bytesReader() {
        Map<String, Object> settings = new HashMap<>(connection.reader());
        settings.put(
                "value.deserializer",
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return settings;
    }
}
