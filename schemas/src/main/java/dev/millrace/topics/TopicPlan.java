package dev.millrace.topics;

import dev.millrace.v1.Band;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * How a topic is created: {@code partitions} and topic-level {@code configs}. Content lives at most
 * seven days anywhere.
 *
 * @param replicationFactor 1 on one broker, 3 in production
 */
public record TopicPlan(
        String name, int partitions, short replicationFactor, Map<String, String> configs) {
    public static final Duration CONTENT_RETENTION = Duration.ofDays(7);
    private static final Duration USAGE_RETENTION = Duration.ofDays(30);
    private static final Duration TOKENS_RETENTION = Duration.ofMinutes(10);
    private static final int MIB = 1024 * 1024;
    private static final int SMALL = MIB;
    private static final int MEDIUM = 2 * MIB;
    private static final int LARGE = 4 * MIB;

    /**
     * The limits of one cluster.
     *
     * @param partitions of jobs, outcomes, results and usage: equal, and never changed later
     */
    public record Cluster(int partitions, short replicationFactor) {
        public Cluster {
            if (partitions < 1 || partitions > 1024) {
                throw new IllegalArgumentException("partitions=" + partitions + " is not 1..1024");
            }
            if (replicationFactor < 1) {
                throw new IllegalArgumentException("replicationFactor must be at least 1");
            }
        }

        public static Cluster local() {
            return local(1);
        }

        /** A cluster on one machine; three replicas where there are three brokers for them. */
        public static Cluster local(int brokers) {
            return new Cluster(4, (short) Math.min(3, brokers));
        }
    }

    public TopicPlan {
        configs = Map.copyOf(configs);
    }

    /** The topics that are there whatever the catalog says. */
    public static List<TopicPlan> base(Cluster cluster) {
        int n = cluster.partitions();
        return List.of(
                expiring(Topics.JOBS, n, MEDIUM, CONTENT_RETENTION, cluster),
                expiring(Topics.OUTCOMES, n, LARGE, CONTENT_RETENTION, cluster),
                expiring(Topics.RESULTS, n, LARGE, CONTENT_RETENTION, cluster),
                expiring(Topics.USAGE, n, SMALL, USAGE_RETENTION, cluster),
                expiring(Topics.WEBHOOKS, n, LARGE, CONTENT_RETENTION, cluster),
                expiring(Topics.INGRESS_REPLIES, n, LARGE, CONTENT_RETENTION, cluster),
                expiring(Topics.TOKENS, n, SMALL, TOKENS_RETENTION, cluster),
                expiring(Topics.CONTROL, 1, SMALL, TOKENS_RETENTION, cluster),
                new TopicPlan(
                        Topics.DEAD_LETTERS,
                        n,
                        cluster.replicationFactor(),
                        retention(MEDIUM + SMALL, CONTENT_RETENTION)),
                compacted(Topics.CATALOG, 1, cluster),
                compacted(Topics.TENANT_STATUS, n, cluster),
                compacted(Topics.LANE_STATUS, 1, cluster));
    }

    /** The topics of one tenant: its intake and its reply topics. */
    public static List<TopicPlan> tenant(String tenant, List<String> replies, Cluster cluster) {
        int n = cluster.partitions();
        List<TopicPlan> plans = new ArrayList<>();
        plans.add(expiring(Topics.intake(tenant), n, SMALL, CONTENT_RETENTION, cluster));
        for (String reply : replies) {
            plans.add(expiring(Topics.replies(reply), n, LARGE, CONTENT_RETENTION, cluster));
        }
        return plans;
    }

    /** The topics of one lane: one for each band. */
    public static List<TopicPlan> lane(String lane, int partitions, Cluster cluster) {
        List<TopicPlan> plans = new ArrayList<>();
        for (Band band : Band.values()) {
            plans.add(
                    expiring(
                            Topics.lane(lane, band),
                            partitions,
                            MEDIUM,
                            CONTENT_RETENTION,
                            cluster));
        }
        return plans;
    }

    private static TopicPlan expiring(
            Topic<? extends SpecificRecord> topic,
            int partitions,
            int maxBytes,
            Duration retention,
            Cluster cluster) {
        return new TopicPlan(
                topic.name(),
                partitions,
                cluster.replicationFactor(),
                retention(maxBytes, retention));
    }

    private static Map<String, String> retention(int maxBytes, Duration retention) {
        return Map.of(
                "cleanup.policy",
                "delete",
                "max.message.bytes",
                Integer.toString(maxBytes),
                "retention.ms",
                Long.toString(retention.toMillis()));
    }

    private static TopicPlan compacted(
            Topic<? extends SpecificRecord> topic, int partitions, Cluster cluster) {
        return new TopicPlan(
                topic.name(),
                partitions,
                cluster.replicationFactor(),
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "max.message.bytes",
                        Integer.toString(SMALL),
                        "min.cleanable.dirty.ratio",
                        "0.2"));
    }
}
