package dev.millrace.bench;

import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * What one tenant's flood does to the others: ten equal tenants on a lane that they use to 70 %,
 * through the whole pipeline, and then one of them sends twenty times as much. The others' queue
 * waits before and during the flood are compared.
 */
final class FairnessBench {
    static final int TENANTS = 10;
    static final int FLOOD = 20;
    private static final int SLOTS = 4;
    private static final int ENGINE_MILLIS = 50;

    /** Of all tenants together: 70 % of what the slots can do. */
    private static final double RATE = 0.7 * SLOTS * 1000 / ENGINE_MILLIS;

    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String LANE = BenchStack.LANE;

    private final Plan plan;
    private final Figures figures;
    private final Progress progress;

    FairnessBench(Plan plan, Figures figures, Progress progress) {
        this.plan = plan;
        this.figures = figures;
        this.progress = progress;
    }

    void run(Path root, Path checkout) throws IOException, InterruptedException, TimeoutException {
        progress.say("starting a fresh stack in %s", root);
        Duration phase = Duration.ofSeconds(plan.longSeconds());
        try (BenchStack stack = BenchStack.start(root, checkout, tenants(), catalog())) {
            Connection connection = stack.connection();
            waits(connection, "warm-up", WARM_UP, 1);
            double[] before = waits(connection, "before", phase, 1);
            double[] during = waits(connection, "during", phase, FLOOD);
            for (double percent : new double[] {50, 99}) {
                String name = "fairness.queue_wait.p%.0f".formatted(percent);
                figures.floor(name, "ms", Percentile.of(before, percent));
                figures.millrace(name, "ms", Percentile.of(during, percent));
            }
        }
    }

    static List<String> tenants() {
        return IntStream.range(0, TENANTS).mapToObj(n -> "tenant-" + n).toList();
    }

    static String catalog() {
        return BenchStack.catalog(
                tenants(),
                "engine: {type: echo, delay: %dms}, partitions: %d, slots: %d, workers: 1"
                        .formatted(ENGINE_MILLIS, Line.LANE_PARTITIONS, SLOTS));
    }

    /**
     * The queue waits of all tenants but the first, in milliseconds.
     *
     * @param times what the first tenant sends, of what each other does
     */
    private double[] waits(Connection connection, String phase, Duration length, int times)
            throws InterruptedException, TimeoutException {
        List<TenantLoad.Send> sends = TenantLoad.sends(RATE / TENANTS, TENANTS, times, length);
        try (QueueWaits reader = new QueueWaits(connection, phase);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings(connection))) {
            send(producer, connection, phase, sends);
            int others = (int) sends.stream().filter(send -> send.tenant() != 0).count();
            double[] waits = reader.awaitOthers(others, PATIENCE);
            progress.say(
                    "fairness  %s: the nine waited p50 %.0f ms, p99 %.0f ms, at most %.0f; of the tenth's %,d jobs %,d were done",
                    phase,
                    Percentile.of(waits, 50),
                    Percentile.of(waits, 99),
                    Percentile.of(waits, 100),
                    sends.size() - others,
                    reader.firsts());
            return waits;
        }
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer,
            Connection connection,
            String phase,
            List<TenantLoad.Send> sends) {
        List<String> tenants = tenants();
        Serializer<InferenceJob> serializer =
                connection.serializer(Topics.intake(tenants.getFirst()));
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(sends.size());
        for (int n = 0; n < sends.size(); n++) {
            String topic = Topics.intake(tenants.get(sends.get(n).tenant())).name();
            InferenceJob job =
                    InferenceJob.newBuilder()
                            .setMessages(List.of(Messages.of("user", "question " + n)))
                            .setMaxTokens(16)
                            .setMetadata(Map.of(QueueWaits.PHASE, phase))
                            .build();
            records.add(new ProducerRecord<>(topic, serializer.serialize(topic, job)));
        }
        long start = System.nanoTime();
        for (int n = 0; n < sends.size(); n++) {
            waitUntil(start + sends.get(n).afterNanos());
            Load.send(producer, records.get(n), failure);
        }
        producer.flush();
    }

    private static void waitUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(50)));
        }
    }

    private static Map<String, Object> settings(Connection connection) {
        Map<String, Object> settings = new HashMap<>(connection.producer());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        return settings;
    }
}
