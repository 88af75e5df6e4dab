package dev.millrace.bench;

import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.Decision;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Succeeded;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** One lane by itself: routed jobs in, as the classifier writes them, and outcomes out. */
final class LaneLine implements Line {
    private final String name;
    private final String lane;
    private final Connection connection;
    private final Shape shape;
    private final Supplier<Map<String, Long>> processes;
    private final Serializer<RoutedJob> serializer;
    private final Clock clock = Clock.systemUTC();

    /**
     * What is sent.
     *
     * @param partition of the lane that all jobs go to; by key where it is empty
     * @param prompt of a job, by its index
     */
    record Shape(boolean floor, OptionalInt partition, IntFunction<String> prompt) {
        private static final int PROMPT_BYTES = 960;

        /** Jobs of about 1 KiB in all partitions. */
        static Shape prose(boolean floor) {
            return new Shape(
                    floor,
                    OptionalInt.empty(),
                    index ->
                            new String(Text.piece(index, PROMPT_BYTES), StandardCharsets.US_ASCII));
        }
    }

    LaneLine(
            String name,
            String lane,
            Connection connection,
            Shape shape,
            Supplier<Map<String, Long>> processes) {
        this.name = name;
        this.lane = lane;
        this.connection = connection;
        this.shape = shape;
        this.processes = processes;
        this.serializer = connection.serializer(Topics.lane(lane, Band.STANDARD));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isFloor() {
        return shape.floor();
    }

    /** The stages before the lane are left out: a job's way begins in it. */
    @Override
    public List<String> topics(Stage stage) {
        return switch (stage) {
            case INTAKE, JOBS, LANE -> List.of(Topics.lane(lane, Band.STANDARD).name());
            case OUTCOMES, RESULTS -> List.of(Topics.OUTCOMES.name());
        };
    }

    @Override
    public ProducerRecord<byte[], byte[]> job(Mark mark) {
        String topic = Topics.lane(lane, Band.STANDARD).name();
        String id = mark.run() + "/" + mark.index();
        Integer partition = shape.partition().isPresent() ? shape.partition().getAsInt() : null;
        return new ProducerRecord<>(
                topic,
                partition,
                id.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic, routed(id, mark.index())));
    }

    private RoutedJob routed(String id, int index) {
        Instant now = clock.instant();
        return RoutedJob.newBuilder()
                .setJobId(id)
                .setTenant("bench")
                .setLane(lane)
                .setBand(Band.STANDARD)
                .setAttempt(1)
                .setJobsPartition(index % PARTITIONS)
                .setAcceptedAt(now)
                .setDeadlineAt(now.plus(Duration.ofHours(1)))
                .setRoutedAt(now)
                .setJob(
                        InferenceJob.newBuilder()
                                .setMessages(
                                        List.of(Messages.of("user", shape.prompt().apply(index))))
                                .build())
                .setMaxTokens(100)
                .setDecision(DECISION)
                .build();
    }

    private static final Decision DECISION =
            Decision.newBuilder()
                    .setRequestedModel("auto")
                    .setVertical("general")
                    .setVerticalConfidence(0.5)
                    .setComplexity("simple")
                    .setComplexityScore(0.1)
                    .setCandidates(List.of())
                    .setReasons(List.of())
                    .setCatalogVersion(1)
                    .build();

    @Override
    public Marks marks() {
        Deserializer<Outcome> outcomes = connection.deserializer(Topics.OUTCOMES);
        return (stage, value) -> mark(outcomes.deserialize("", value));
    }

    private Optional<Mark> mark(Outcome outcome) {
        if (!outcome.getLane().equals(lane)) {
            return Optional.empty();
        }
        if (!(outcome.getBody() instanceof Succeeded)) {
            throw new IllegalStateException("an attempt ended with " + outcome.getBody());
        }
        String[] parts = outcome.getJobId().split("/", 2);
        return Optional.of(new Mark(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
    }

    @Override
    public Map<String, Long> processes() {
        return processes.get();
    }
}
