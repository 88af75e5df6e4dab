package dev.millrace.stack.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One Kafka node, broker and controller in one, on loopback, as plain Kafka properties: alone, or
 * one of a cluster of such nodes.
 *
 * <p>Sized for a laptop: few threads, small buffers, and group and session timers tuned so that a
 * rebalance or a restart after a crash takes a second or two instead of tens of seconds.
 *
 * @param dataDirectory where the log lives; it survives restarts
 * @param brokerPort the port that clients use, 1 to 65535
 * @param controllerPort the port of the controller listener, 1 to 65535, another one
 * @param nodeId from 1
 * @param controllerPorts the controller ports of all nodes of the cluster, in the order of their
 *     ids; with three or more nodes every topic has three replicas, two of which must be in sync
 */
public record BrokerSettings(
        Path dataDirectory,
        int brokerPort,
        int controllerPort,
        int nodeId,
        List<Integer> controllerPorts) {

    private static final int REPLICAS = 3;

    /** Results carry up to 4 MiB; the rest is room for key, headers and batch framing. */
    public static final int MAX_MESSAGE_BYTES = 4 * 1024 * 1024 + 64 * 1024;

    static final String HOST = "127.0.0.1";

    public BrokerSettings {
        dataDirectory = dataDirectory.toAbsolutePath().normalize();
        requirePort("brokerPort", brokerPort);
        requirePort("controllerPort", controllerPort);
        if (brokerPort == controllerPort) {
            throw new IllegalArgumentException(
                    "controllerPort must differ from brokerPort, both are " + brokerPort);
        }
        controllerPorts = List.copyOf(controllerPorts);
        if (nodeId < 1
                || nodeId > controllerPorts.size()
                || controllerPorts.get(nodeId - 1) != controllerPort) {
            throw new IllegalArgumentException(
                    "controllerPorts="
                            + controllerPorts
                            + " does not hold the port of node "
                            + nodeId
                            + ", "
                            + controllerPort);
        }
    }

    /** A node that is alone. */
    public BrokerSettings(Path dataDirectory, int brokerPort, int controllerPort) {
        this(dataDirectory, brokerPort, controllerPort, 1, List.of(controllerPort));
    }

    /** What clients set as {@code bootstrap.servers}. */
    public String bootstrap() {
        return HOST + ":" + brokerPort;
    }

    /** The node's configuration under Kafka's own names. */
    public Map<String, String> toProperties() {
        var p = new TreeMap<>(tuning());
        node(p);
        if (isClustered()) {
            cluster(p);
        }
        return Map.copyOf(p);
    }

    boolean isClustered() {
        return controllerPorts.size() > 1;
    }

    /** The part of it that fits any single node, wherever it runs. */
    public static Map<String, String> tuning() {
        var p = new TreeMap<String, String>();
        topics(p);
        internalTopics(p);
        groups(p);
        transactions(p);
        threadsAndBuffers(p);
        return Map.copyOf(p);
    }

    private void node(Map<String, String> p) {
        p.put("process.roles", "broker,controller");
        p.put("node.id", Integer.toString(nodeId));
        p.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, controllerPorts.size())
                        .mapToObj(id -> id + "@" + HOST + ":" + controllerPorts.get(id - 1))
                        .collect(Collectors.joining(",")));
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put(
                "listeners",
                "PLAINTEXT://" + bootstrap() + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://" + bootstrap());
        p.put("log.dirs", dataDirectory.toString());
        // After a kill -9 the controller lets the broker in again once the old session has run out.
        put(p, "broker.session.timeout.ms", 1_000);
        put(p, "broker.heartbeat.interval.ms", 250);
        p.put("auto.leader.rebalance.enable", "false");
    }

    /**
     * What a record needs to outlive a node. Sessions are longer than for one node: fencing one
     * that is only slow moves its leaders for nothing.
     */
    private void cluster(Map<String, String> p) {
        int replicas = Math.min(REPLICAS, controllerPorts.size());
        int inSync = Math.max(1, replicas - 1);
        put(p, "default.replication.factor", replicas);
        put(p, "min.insync.replicas", inSync);
        put(p, "offsets.topic.replication.factor", replicas);
        put(p, "transaction.state.log.replication.factor", replicas);
        put(p, "transaction.state.log.min.isr", inSync);
        put(p, "share.coordinator.state.topic.replication.factor", replicas);
        put(p, "share.coordinator.state.topic.min.isr", inSync);
        put(p, "broker.session.timeout.ms", 4_000);
        put(p, "broker.heartbeat.interval.ms", 500);
        // A transaction's markers reach all replicas before the next one's records are taken. The
        // broker asks for that again and again meanwhile: not so often that nothing else gets
        // done, and for long enough that the client does not send everything anew instead.
        put(p, "add.partitions.to.txn.retry.backoff.ms", 10);
        put(p, "add.partitions.to.txn.retry.backoff.max.ms", 5_000);
    }

    private static void topics(Map<String, String> p) {
        // A misspelt topic must fail at once, not appear with default settings.
        p.put("auto.create.topics.enable", "false");
        put(p, "message.max.bytes", MAX_MESSAGE_BYTES);
        put(p, "replica.fetch.max.bytes", MAX_MESSAGE_BYTES);
        put(p, "default.replication.factor", 1);
        put(p, "min.insync.replicas", 1);
    }

    private static void internalTopics(Map<String, String> p) {
        put(p, "offsets.topic.replication.factor", 1);
        put(p, "offsets.topic.num.partitions", 4);
        put(p, "transaction.state.log.replication.factor", 1);
        put(p, "transaction.state.log.min.isr", 1);
        put(p, "transaction.state.log.num.partitions", 4);
        put(p, "share.coordinator.state.topic.replication.factor", 1);
        put(p, "share.coordinator.state.topic.min.isr", 1);
        put(p, "share.coordinator.state.topic.num.partitions", 4);
    }

    private static void groups(Map<String, String> p) {
        // An empty group's offsets expire by commit time: a lane that is quiet, or a laptop that is
        // shut, must not lose its place.
        p.put("offsets.retention.minutes", Long.toString(Duration.ofDays(30).toMinutes()));
        put(p, "group.initial.rebalance.delay.ms", 0);
        put(p, "group.streams.initial.rebalance.delay.ms", 0);
        put(p, "group.min.session.timeout.ms", 1_000);
        for (var protocol : new String[] {"consumer", "streams", "share"}) {
            put(p, "group." + protocol + ".min.heartbeat.interval.ms", 100);
            put(p, "group." + protocol + ".heartbeat.interval.ms", 500);
            put(p, "group." + protocol + ".min.session.timeout.ms", 1_000);
            put(p, "group." + protocol + ".session.timeout.ms", 6_000);
            put(p, "group." + protocol + ".assignment.interval.ms", 0);
        }
    }

    private static void transactions(Map<String, String> p) {
        // A frozen producer holds back every read-committed reader for at most this long.
        put(p, "transaction.max.timeout.ms", 60_000);
        put(p, "transaction.abort.timed.out.transaction.cleanup.interval.ms", 500);
        put(p, "add.partitions.to.txn.retry.backoff.ms", 1);
    }

    private static void threadsAndBuffers(Map<String, String> p) {
        put(p, "num.network.threads", 2);
        put(p, "num.io.threads", 4);
        put(p, "background.threads", 2);
        put(p, "num.recovery.threads.per.data.dir", 2);
        put(p, "group.coordinator.threads", 2);
        put(p, "group.coordinator.background.threads", 1);
        put(p, "log.cleaner.threads", 1);
        put(p, "log.cleaner.dedupe.buffer.size", 4 * 1024 * 1024);
        // Requests are held on the heap, so what may be waiting is bounded well below it.
        put(p, "socket.request.max.bytes", 16 * 1024 * 1024);
        put(p, "queued.max.request.bytes", 64 * 1024 * 1024);
    }

    private static void put(Map<String, String> p, String name, int value) {
        p.put(name, Integer.toString(value));
    }

    private static void requirePort(String name, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be 1 to 65535, was " + port);
        }
    }
}
