package dev.millrace.bench;

import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline as it runs: jobs from several tenants on their intake topics, routed to the echo
 * lane.
 */
final class MillraceLine implements Line {
    /** With the rest of the record this makes a job of about 1 KiB. */
    private static final int PROMPT_BYTES = 960;

    private static final String MARK = "bench";

    private final List<String> tenants;
    private final Connection connection;
    private final Supplier<Map<String, Long>> processes;
    private final Serializer<InferenceJob> serializer;

    MillraceLine(
            List<String> tenants, Connection connection, Supplier<Map<String, Long>> processes) {
        this.tenants = List.copyOf(tenants);
        this.connection = connection;
        this.processes = processes;
        this.serializer = connection.serializer(Topics.intake(tenants.getFirst()));
    }

    @Override
    public String name() {
        return "millrace";
    }

    @Override
    public List<String> topics(Stage stage) {
        return switch (stage) {
            case INTAKE -> tenants.stream().map(tenant -> Topics.intake(tenant).name()).toList();
            case JOBS -> List.of(Topics.JOBS.name());
            case LANE ->
                    Arrays.stream(Band.values())
                            .map(band -> Topics.lane(BenchStack.LANE, band).name())
                            .toList();
            case OUTCOMES -> List.of(Topics.OUTCOMES.name());
            case RESULTS -> List.of(Topics.RESULTS.name());
        };
    }

    @Override
    public ProducerRecord<byte[], byte[]> job(Mark mark) {
        String topic = Topics.intake(tenants.get(mark.index() % tenants.size())).name();
        String prompt =
                new String(Text.piece(mark.index(), PROMPT_BYTES), StandardCharsets.US_ASCII);
        InferenceJob job =
                InferenceJob.newBuilder()
                        .setMessages(List.of(Messages.of("user", prompt)))
                        .setMetadata(Map.of(MARK, mark.run() + "/" + mark.index()))
                        .build();
        return new ProducerRecord<>(topic, serializer.serialize(topic, job));
    }

    @Override
    public Marks marks() {
        return new Reading(connection);
    }

    @Override
    public Map<String, Long> processes() {
        return processes.get();
    }

    /** An outcome carries no metadata: its job is known by the id that the jobs topic gave it. */
    private static final class Reading implements Marks {
        private final Deserializer<InferenceJob> intake;
        private final Deserializer<JobCommand> jobs;
        private final Deserializer<RoutedJob> lane;
        private final Deserializer<Outcome> outcomes;
        private final Deserializer<InferenceResult> results;
        private final Map<String, Mark> byJobId = new HashMap<>();

        Reading(Connection connection) {
            this.intake = connection.deserializer(Topics.intake("any"));
            this.jobs = connection.deserializer(Topics.JOBS);
            this.lane = connection.deserializer(Topics.lane(BenchStack.LANE, Band.STANDARD));
            this.outcomes = connection.deserializer(Topics.OUTCOMES);
            this.results = connection.deserializer(Topics.RESULTS);
        }

        @Override
        public Optional<Mark> of(Stage stage, byte[] value) {
            return switch (stage) {
                case INTAKE -> mark(intake.deserialize("", value).getMetadata());
                case JOBS -> command(jobs.deserialize("", value));
                case LANE -> mark(lane.deserialize("", value).getJob().getMetadata());
                case OUTCOMES ->
                        Optional.ofNullable(
                                byJobId.get(outcomes.deserialize("", value).getJobId()));
                case RESULTS -> result(results.deserialize("", value));
            };
        }

        private Optional<Mark> command(JobCommand command) {
            if (!(command.getBody() instanceof Submission submission)) {
                return Optional.empty();
            }
            Optional<Mark> mark = mark(submission.getJob().getMetadata());
            mark.ifPresent(known -> byJobId.put(command.getJobId(), known));
            return mark;
        }

        private static Optional<Mark> result(InferenceResult result) {
            Optional<Mark> mark = mark(result.getMetadata());
            if (mark.isPresent() && result.getStatus() != ResultStatus.SUCCEEDED) {
                throw new IllegalStateException(
                        "a job ended as %s: %s".formatted(result.getStatus(), result.getError()));
            }
            return mark;
        }

        private static Optional<Mark> mark(Map<String, String> metadata) {
            @Nullable String text = metadata.get(MARK);
            if (text == null) {
                return Optional.empty();
            }
            String[] parts = text.split("/", 2);
            return Optional.of(new Mark(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        }
    }
}
