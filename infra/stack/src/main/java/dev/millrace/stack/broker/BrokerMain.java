package dev.millrace.stack.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A Kafka broker and its controller as a process of their own: {@code BrokerMain DATA_DIRECTORY
 * BROKER_PORT CONTROLLER_PORT}, for a node of a cluster followed by {@code NODE_ID
 * CONTROLLER_PORTS} (of all nodes, with commas).
 *
 * <p>Formats an empty data directory, prints one line {@code broker ready ...} when clients are
 * served, stops on SIGTERM. Exit codes: 1 the broker failed, 2 wrong usage.
 */
public final class BrokerMain {

    /** The same for all nodes, each of which formats its own directory. */
    private static final Uuid CLUSTER_ID = new Uuid(0x6d696c6c72616365L, 3);

    private static final String META_PROPERTIES = "meta.properties";

    private BrokerMain() {}

    public static void main(String[] args) {
        BrokerSettings settings;
        try {
            settings = parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("broker: " + e.getMessage());
            System.exit(2);
            return;
        }
        try {
            run(settings);
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    static BrokerSettings parse(String[] args) {
        if (args.length != 3 && args.length != 5) {
            throw new IllegalArgumentException(
                    "usage: BrokerMain DATA_DIRECTORY BROKER_PORT CONTROLLER_PORT [NODE_ID"
                            + " CONTROLLER_PORTS]");
        }
        Path data = Path.of(args[0]);
        int port = port("BROKER_PORT", args[1]);
        int controllerPort = port("CONTROLLER_PORT", args[2]);
        if (args.length == 3) {
            return new BrokerSettings(data, port, controllerPort);
        }
        List<Integer> all =
                Arrays.stream(args[4].split(",", -1))
                        .map(each -> port("CONTROLLER_PORTS", each))
                        .toList();
        return new BrokerSettings(data, port, controllerPort, port("NODE_ID", args[3]), all);
    }

    private static void run(BrokerSettings settings) throws Exception {
        long started = System.nanoTime();
        format(settings);
        var server = new KafkaRaftServer(new KafkaConfig(settings.toProperties()), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-shutdown"));
        server.startup();
        System.out.printf(
                "broker ready bootstrap=%s data=%s start_ms=%d%n",
                settings.bootstrap(),
                settings.dataDirectory(),
                (System.nanoTime() - started) / 1_000_000);
        server.awaitShutdown();
    }

    /** Writes cluster id and metadata version once; a formatted directory keeps both. */
    private static void format(BrokerSettings settings) throws Exception {
        Path data = settings.dataDirectory();
        Files.createDirectories(data);
        if (Files.exists(data.resolve(META_PROPERTIES))) {
            return;
        }
        new Formatter()
                .setPrintStream(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(settings.nodeId())
                .setClusterId((settings.isClustered() ? CLUSTER_ID : Uuid.randomUuid()).toString())
                .setDirectories(List.of(data.toString()))
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setIgnoreFormatted(true)
                .run();
    }

    private static int port(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number, was '" + text + "'", e);
        }
    }
}
