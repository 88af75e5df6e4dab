package dev.millrace.bench;

import dev.millrace.bench.Line.Mark;
import dev.millrace.bench.Line.Marks;
import dev.millrace.kit.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads after a round, from the topics themselves, when each job's record was appended to each
 * topic, and how large it was.
 */
final class TopicTimes {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final Line line;
    private final Connection connection;
    private final Map<Stage, Map<TopicPartition, Long>> from = new EnumMap<>(Stage.class);

    /** Remembers where the topics end now; a round starts after this. */
    TopicTimes(Line line, Connection connection) {
        this.line = line;
        this.connection = connection;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(ResultReader.bytes(connection))) {
            for (Stage stage : Stage.values()) {
                from.put(
                        stage, consumer.endOffsets(ResultReader.partitions(consumer, line, stage)));
            }
        }
    }

    /**
     * One stage of a round.
     *
     * @param appendedMillis epoch milliseconds by job; {@code NaN} where no record was found
     * @param meanBytes of the values
     */
    record Read(double[] appendedMillis, int meanBytes) {}

    Map<Stage, Read> read(Load.Round round) throws TimeoutException {
        Map<Stage, Read> stages = new EnumMap<>(Stage.class);
        Marks marks = line.marks();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(ResultReader.bytes(connection))) {
            for (Stage stage : Stage.values()) {
                stages.put(stage, read(consumer, stage, marks, round));
            }
        }
        return stages;
    }

    /** The way of each job of the round, from when it was due until its result was seen. */
    Hops hops(Load.Round round) throws TimeoutException {
        Hops hops = new Hops().then(Hops.DUE, round.wall(round.dueNanos()));
        read(round).forEach((stage, read) -> hops.then(stage.label(), read.appendedMillis()));
        return hops.then(Hops.SEEN, round.wall(round.seenNanos()));
    }

    private Read read(
            KafkaConsumer<byte[], byte[]> consumer, Stage stage, Marks marks, Load.Round round)
            throws TimeoutException {
        double[] appended = new double[round.jobs()];
        Arrays.fill(appended, Double.NaN);
        Map<TopicPartition, Long> start = from.getOrDefault(stage, Map.of());
        consumer.assign(start.keySet());
        start.forEach(consumer::seek);
        Map<TopicPartition, Long> end = consumer.endOffsets(start.keySet());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long bytes = 0;
        long found = 0;
        while (!reached(consumer, end)) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(line.topics(stage) + " could not be read to its end");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                Optional<Mark> mark = marks.of(stage, record.value());
                if (mark.isPresent() && mark.get().run() == round.run()) {
                    bytes += record.value().length;
                    found++;
                    int job = mark.get().index();
                    // a second record is a repeat: the job was there with the first
                    if (Double.isNaN(appended[job])) {
                        appended[job] = record.timestamp();
                    }
                }
            }
        }
        return new Read(appended, found == 0 ? 0 : (int) (bytes / found));
    }

    private static boolean reached(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> end) {
        return end.entrySet().stream()
                .allMatch(each -> consumer.position(each.getKey()) >= each.getValue());
    }
}
