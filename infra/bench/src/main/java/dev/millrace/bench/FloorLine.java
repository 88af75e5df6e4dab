package dev.millrace.bench;

import dev.millrace.kit.Connection;
import dev.millrace.kit.TopicCreator;
import dev.millrace.stack.JavaHome;
import dev.millrace.topics.TopicPlan;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
    private final Process process;

    private FloorLine(List<String> tenants, List<Integer> bytes, Process process) {
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
        List<String> command = new ArrayList<>();
        command.add(JavaHome.resolve().java().toString());
        command.addAll(BenchStack.JVM);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dlogback.configurationFile=bench-logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FloorMain.class.getName(),
                        connection.bootstrapServers(),
                        String.join(",", tenants),
                        FloorHop.formatBytes(bytes)));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        FloorLine line = new FloorLine(tenants, bytes, process);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            if (!FloorMain.READY.equals(output.readLine())) {
                throw new IllegalStateException("the floor did not start; see " + log);
            }
            return line;
        } catch (IOException | IllegalStateException e) {
            line.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "floor";
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
        try {
            process.getOutputStream().close();
            if (process.waitFor(10, TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // its input is gone: so is the process, or soon
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
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
