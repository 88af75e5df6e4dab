package dev.millrace.classifier.given;

import dev.millrace.v1.Band;
import dev.millrace.v1.RoutedJob;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * A lane's worker in simulated time: it takes each band in the order of its topic into a bounded
 * hand, chooses among bands by weight with a bound on how often one is passed over, and within a
 * band gives tenants turns.
 */
public final class LaneSimulation {
    private static final List<Band> BANDS = List.of(Band.INTERACTIVE, Band.STANDARD, Band.OVERFLOW);
    private static final Map<Band, Integer> WEIGHTS =
            Map.of(Band.INTERACTIVE, 32, Band.STANDARD, 16, Band.OVERFLOW, 1);
    private static final int PASSED_OVER_AT_MOST = 64;
    private static final int IN_HAND = 16;

    private final int slots;
    private final Map<Band, Queue<RoutedJob>> topics = new EnumMap<>(Band.class);
    private final Map<Band, Map<String, Queue<RoutedJob>>> hand = new EnumMap<>(Band.class);
    private final Map<Band, Integer> credit = new EnumMap<>(Band.class);
    private final Map<Band, Integer> passedOver = new EnumMap<>(Band.class);
    private int running;

    public LaneSimulation(int slots) {
        this.slots = slots;
    }

    public int slots() {
        return slots;
    }

    public void arrive(RoutedJob routed) {
        topic(routed.getBand()).add(routed);
    }

    /** The job that starts now; empty where no slot is free or nothing waits. */
    public Optional<RoutedJob> start() {
        BANDS.forEach(this::fill);
        if (running >= slots) {
            return Optional.empty();
        }
        Optional<RoutedJob> next = chosen().map(this::turn);
        if (next.isPresent()) {
            running++;
        }
        return next;
    }

    public void end() {
        running--;
    }

    private void fill(Band band) {
        Map<String, Queue<RoutedJob>> held = tenants(band);
        int size = held.values().stream().mapToInt(Queue::size).sum();
        for (; size < IN_HAND && !topic(band).isEmpty(); size++) {
            RoutedJob job = topic(band).remove();
            held.computeIfAbsent(job.getTenant(), any -> new ArrayDeque<>()).add(job);
        }
    }

    private Optional<Band> chosen() {
        List<Band> waiting = BANDS.stream().filter(band -> !tenants(band).isEmpty()).toList();
        credit.keySet().retainAll(waiting);
        passedOver.keySet().retainAll(waiting);
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        waiting.forEach(band -> credit.merge(band, of(WEIGHTS, band), Integer::sum));
        Band band =
                waiting.stream()
                        .filter(each -> of(passedOver, each) >= PASSED_OVER_AT_MOST)
                        .findFirst()
                        .orElseGet(() -> richest(waiting));
        int round = waiting.stream().mapToInt(each -> of(WEIGHTS, each)).sum();
        waiting.forEach(each -> passedOver.merge(each, 1, Integer::sum));
        credit.merge(band, -round, Integer::sum);
        passedOver.put(band, 0);
        return Optional.of(band);
    }

    private Band richest(List<Band> waiting) {
        Band best = waiting.getFirst();
        for (Band band : waiting) {
            best = of(credit, band) > of(credit, best) ? band : best;
        }
        return best;
    }

    /** The tenant whose turn is longest ago is the first of the map. */
    private RoutedJob turn(Band band) {
        Map<String, Queue<RoutedJob>> held = tenants(band);
        Map.Entry<String, Queue<RoutedJob>> first = held.entrySet().iterator().next();
        String tenant = first.getKey();
        Queue<RoutedJob> jobs = first.getValue();
        held.remove(tenant);
        RoutedJob job = jobs.remove();
        if (!jobs.isEmpty()) {
            held.put(tenant, jobs);
        }
        return job;
    }

    private Queue<RoutedJob> topic(Band band) {
        return topics.computeIfAbsent(band, any -> new ArrayDeque<>());
    }

    private Map<String, Queue<RoutedJob>> tenants(Band band) {
        return hand.computeIfAbsent(band, any -> new LinkedHashMap<>());
    }

    private static int of(Map<Band, Integer> numbers, Band band) {
        return numbers.getOrDefault(band, 0);
    }
}
