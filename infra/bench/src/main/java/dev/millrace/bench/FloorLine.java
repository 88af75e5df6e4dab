package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicCreator;
import dev.millrace.topics.TopicPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the same way costs when nothing is done on it: the same broker, hops, partitions, record
 * sizes and transactions, and plain clients in one process.
 */
final class FloorLine implements Line, AutoCloseable {
    private final List<String> tenants;
    private final List<Integer> bytes;
    private final ChildJvm process;

    private FloorLine(List<String> tenants, List<Integer> bytes, ChildJvm process) {
        this.tenants = tenants;
        this.bytes = bytes;
        this.process = process;
    }

    /**
     * Makes its topics and starts its process.
     *
     * @param bytes of the values of each stage, in order
     */
    static FloorLine start(
            Connection connection, List<String> tenants, List<Integer> bytes, Path log)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        createTopics(connection, tenants);
        ChildJvm process =
                ChildJvm.start(
                        FloorMain.class,
                        List.of(
                                connection.bootstrapServers(),
                                String.join(",", tenants),
                                FloorHop.formatBytes(bytes)),
                        log);
        return new FloorLine(tenants, bytes, process);
    }

    @Override
    public String name() {
        return "floor";
    }

    @Override
    public boolean isFloor() {
        return true;
    }

    @Override
    public List<String> topics(Stage stage) {
        return FloorHop.topics(stage, tenants);
    }

    @Override
    public ProducerRecord<byte[], byte[]> job(Mark mark) {
        int tenant = mark.index() % tenants.size();
        return new ProducerRecord<>(
                topics(Stage.INTAKE).get(tenant),
                FloorRecord.of(mark, tenant, bytes.get(Stage.INTAKE.ordinal())));
    }

    @Override
    public Marks marks() {
        return (stage, value) -> Optional.of(FloorRecord.mark(value));
    }

    @Override
    public Map<String, Long> processes() {
        return Map.of("clients", process.pid());
    }

    @Override
    public void close() {
        process.close();
    }

    private static void createTopics(Connection connection, List<String> tenants)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<TopicPlan> plans =
                Arrays.stream(Stage.values())
                        .flatMap(
                                stage ->
                                        FloorHop.topics(stage, tenants).stream()
                                                .map(
                                                        topic ->
                                                                new TopicPlan(
                                                                        topic,
                                                                        stage == Stage.LANE
                                                                                ? LANE_PARTITIONS
                                                                                : PARTITIONS,
                                                                        (short) 1,
                                                                        Map.of())))
                        .toList();
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicCreator(admin).ensure(plans);
        }
    }
}
