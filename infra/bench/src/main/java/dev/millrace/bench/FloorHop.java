package dev.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One way from topics to a topic, as the floor takes it.
 *
 * @param tenantKey keyed by tenant, else by job
 * @param transactional consume, transform and produce in transactions
 * @param bytes of each value that it writes: as many as Millrace writes there
 */
record FloorHop(
        String name,
        List<String> from,
        String to,
        boolean tenantKey,
        boolean transactional,
        int bytes) {
    private static final String PREFIX = "bench.floor.";

    FloorHop {
        from = List.copyOf(from);
    }

    static List<String> topics(Stage stage, List<String> tenants) {
        return stage == Stage.INTAKE
                ? tenants.stream().map(tenant -> PREFIX + "intake." + tenant).toList()
                : List.of(PREFIX + stage.label());
    }

    /**
     * The four hops: what ingress, classifier, worker and classifier again do with a job. Only the
     * classifier uses transactions, in Millrace too.
     *
     * @param bytes of the values of each stage, in order
     */
    static List<FloorHop> all(List<String> tenants, List<Integer> bytes) {
        List<FloorHop> hops = new ArrayList<>();
        for (Stage to : List.of(Stage.JOBS, Stage.LANE, Stage.OUTCOMES, Stage.RESULTS)) {
            Stage from = Stage.values()[to.ordinal() - 1];
            hops.add(
                    new FloorHop(
                            from.label() + "-" + to.label(),
                            topics(from, tenants),
                            topics(to, tenants).getFirst(),
                            to != Stage.LANE,
                            to == Stage.LANE || to == Stage.RESULTS,
                            bytes.get(to.ordinal())));
        }
        return hops;
    }

    static List<Integer> parseBytes(String text) {
        return List.of(text.split(",", -1)).stream().map(Integer::valueOf).toList();
    }

    static String formatBytes(List<Integer> bytes) {
        return bytes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
