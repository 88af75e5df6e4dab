package dev.millrace.workers;

import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Price;
import dev.millrace.kit.Connection;
import dev.millrace.kit.DeadLetterQueue;
import dev.millrace.kit.LiveCatalog;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.TokenChunk;
import dev.millrace.workers.attempt.Attempt;
import dev.millrace.workers.attempt.Backoff;
import dev.millrace.workers.attempt.ControlReader;
import dev.millrace.workers.attempt.OutcomeSender;
import dev.millrace.workers.attempt.OutcomeWriter;
import dev.millrace.workers.attempt.RunningJobs;
import dev.millrace.workers.attempt.TimeLimits;
import dev.millrace.workers.attempt.TokenStream;
import dev.millrace.workers.engine.EngineStarter;
import dev.millrace.workers.engine.LaneEngine;
import dev.millrace.workers.engine.StopSignal;
import dev.millrace.workers.handover.HeldJobs;
import dev.millrace.workers.handover.Peers;
import dev.millrace.workers.handover.StatusReader;
import dev.millrace.workers.intake.BandChoice;
import dev.millrace.workers.intake.JobBoard;
import dev.millrace.workers.intake.LanePartitions;
import dev.millrace.workers.intake.UnderWay;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/** Puts a worker together from its parts, starts it, and ends them in the right order. */
public final class WorkerProcess implements AutoCloseable {
    private static final Duration FIRST_ENGINE_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_ENGINE_PAUSE = Duration.ofSeconds(30);
    private static final Duration PRODUCER_CLOSE = Duration.ofSeconds(3);

    private final WorkerSettings settings;
    private final Connection connection;
    private final Tracing tracing;

    /** Another number in each life of the process: whoever waits for it knows when it has died. */
    private final long self = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);

    private final UnderWay underWay = new UnderWay(System::nanoTime);
    private final JobBoard board = new JobBoard(new BandChoice(), underWay);
    private final LanePartitions partitions;
    private final Peers peers;
    private final PollWake wake = new PollWake(board, System::nanoTime);
    private final StartNotes notes = new StartNotes(wake);
    private final RunningJobs running = new RunningJobs();
    private final WorkerCondition condition = new WorkerCondition(System::nanoTime);
    private final TokenRate rate = new TokenRate(System::nanoTime);
    private final TimeLimits limits = new TimeLimits(System::nanoTime);
    private final Producer<byte[], byte[]> producer;
    private final Producer<byte[], byte[]> tokenProducer;
    private final LiveCatalog catalog;
    private final LaneEngine engine;
    private final LaneView lane;
    private final LaneMetrics metrics;
    private final JobRunner runner;
    private final ControlReader control;
    private final StatusReader statuses;
    private final Heartbeat heartbeat;
    private final WorkerLife life;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final ExecutorService jobThreads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job-", 0).factory());

    private WorkerProcess(
            WorkerSettings settings,
            Connection connection,
            EngineStarter engines,
            MeterRegistry registry,
            Clock clock,
            Tracing tracing) {
        this.settings = settings;
        this.connection = connection;
        this.tracing = tracing;
        this.partitions = new LanePartitions(settings.unfinishedPerPartition(), self, underWay);
        this.peers = new Peers(settings.stale());
        this.producer =
                new KafkaProducer<>(
                        producerSettings(
                                "outcomes",
                                Map.of("buffer.memory", "16777216", "batch.size", "65536")));
        this.tokenProducer =
                new KafkaProducer<>(
                        producerSettings(
                                "tokens",
                                Map.of(
                                        "max.block.ms",
                                        "50",
                                        "buffer.memory",
                                        "2097152",
                                        "linger.ms",
                                        "0")));
        this.catalog = new LiveCatalog(connection);
        this.engine = new LaneEngine(engines, FIRST_ENGINE_PAUSE, LONGEST_ENGINE_PAUSE, wake::wake);
        this.lane = new LaneView(settings.lane(), board, engine);
        this.metrics = new LaneMetrics(registry, settings.lane(), rate, lane::known);
        this.heartbeat =
                new Heartbeat(
                        producer,
                        connection.serializer(Topics.LANE_STATUS),
                        settings,
                        self,
                        underWay,
                        board,
                        engine,
                        rate,
                        clock);
        this.runner =
                new JobRunner(
                        board,
                        engine,
                        lane::lane,
                        attempt(clock),
                        new OutcomeSender(
                                producer,
                                connection.serializer(Topics.OUTCOMES),
                                tracing,
                                jobThreads),
                        new DeadLetterQueue(producer),
                        metrics,
                        wake,
                        notes,
                        jobThreads,
                        heartbeat::soon);
        this.control = new ControlReader(connection, this::over, clock);
        this.statuses =
                new StatusReader(
                        connection,
                        settings.lane(),
                        self,
                        peers,
                        wake::wake,
                        System::nanoTime,
                        clock);
        LaneTopics topics = new LaneTopics(settings.lane());
        this.life =
                new WorkerLife(
                        connection,
                        catalog,
                        lane,
                        topics,
                        () -> worker(topics),
                        condition,
                        settings);
    }

    public static WorkerProcess start(
            WorkerSettings settings,
            Connection connection,
            EngineStarter engines,
            MeterRegistry registry,
            Clock clock,
            Tracing tracing) {
        WorkerProcess process =
                new WorkerProcess(settings, connection, engines, registry, clock, tracing);
        process.metrics.watch(process.board);
        process.catalog.onChange(process.lane::accept);
        process.catalog.start();
        process.limits.start();
        process.engine.start();
        process.control.start();
        process.statuses.start();
        process.heartbeat.start();
        process.life.start();
        return process;
    }

    /** Why it does not work; empty where it does. */
    public Optional<String> trouble() {
        return condition.trouble().or(engine::trouble);
    }

    public String laneName() {
        return settings.lane();
    }

    public Optional<Lane> lane() {
        return lane.known();
    }

    /** The lane's price at a moment, as the catalog has it now. */
    Optional<Price> price(Instant moment) {
        return catalog.get().priceAt(settings.lane(), moment);
    }

    /** Drains first; bounded. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        life.close();
        heartbeat.close();
        runner.close();
        control.close();
        statuses.close();
        engine.close();
        tokenProducer.close(Duration.ZERO);
        producer.close(PRODUCER_CLOSE);
        catalog.close();
        limits.close();
    }

    /**
     * The classifier has ended a job: it stops where it runs, and waits no longer where it waits.
     */
    private void over(String jobId, StopSignal.Reason reason) {
        running.over(jobId, reason);
        runner.withdraw(jobId, reason);
    }

    private LaneWorker worker(LaneTopics topics) {
        HeldJobs held = new HeldJobs(peers, board::isUnderWay);
        return new LaneWorker(
                new KafkaConsumer<>(consumerSettings()),
                topics,
                partitions,
                new Intake(topics, partitions, board, held, metrics, self, System::nanoTime),
                board,
                runner,
                running,
                wake,
                notes,
                heartbeat::soon,
                metrics,
                condition,
                settings,
                System::nanoTime);
    }

    private Attempt attempt(Clock clock) {
        return new Attempt(
                new PatientDeserializer<>(
                        connection.deserializer(Topics.lane(settings.lane(), Band.STANDARD))),
                running,
                new OutcomeWriter(
                        settings.worker(),
                        Backoff.OF_ATTEMPTS,
                        () -> ThreadLocalRandom.current().nextLong()),
                new TokenStream(tokenSink(), System::nanoTime),
                limits,
                clock,
                tracing);
    }

    private TokenStream.Sink tokenSink() {
        Serializer<TokenChunk> serializer = connection.serializer(Topics.TOKENS);
        return (topic, chunk) ->
                tokenProducer.send(
                        new ProducerRecord<>(
                                topic,
                                chunk.getJobId().getBytes(StandardCharsets.UTF_8),
                                serializer.serialize(topic, chunk)));
    }

    /** Small fetches: a lane's records may be large, and what waits here waits for nobody else. */
    private Map<String, Object> consumerSettings() {
        Map<String, Object> consumer =
                new HashMap<>(connection.consumer(Topics.laneGroup(settings.lane())));
        consumer.put("client.id", settings.worker());
        consumer.put("value.deserializer", ByteArrayDeserializer.class.getName());
        consumer.put("allow.auto.create.topics", "false");
        consumer.putIfAbsent("max.poll.records", "256");
        consumer.putIfAbsent("fetch.max.bytes", "4194304");
        consumer.putIfAbsent("max.partition.fetch.bytes", "524288");
        return consumer;
    }

    private Map<String, Object> producerSettings(String purpose, Map<String, String> more) {
        Map<String, Object> settingsOf = new HashMap<>(connection.producer());
        settingsOf.put("client.id", settings.worker() + "-" + purpose);
        settingsOf.put("key.serializer", ByteArraySerializer.class.getName());
        settingsOf.put("value.serializer", ByteArraySerializer.class.getName());
        settingsOf.putAll(more);
        return settingsOf;
    }
}
