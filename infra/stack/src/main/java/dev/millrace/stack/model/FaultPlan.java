package dev.millrace.stack.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Which request meets which fault: those asked for come first, then chance by seed. */
final class FaultPlan {
    private final Map<Fault, Double> rates;
    private final Random random;
    private final Queue<Fault> asked = new ConcurrentLinkedQueue<>();

    /**
     * @param rates the share of requests, 0..1, that each fault takes; together at most 1
     */
    FaultPlan(Map<Fault, Double> rates, long seed) {
        double sum = rates.values().stream().mapToDouble(Double::doubleValue).sum();
        if (sum > 1 + 1e-9 || rates.values().stream().anyMatch(rate -> rate < 0)) {
            throw new IllegalArgumentException("fault rates must lie in 0..1, together at most 1");
        }
        this.rates = new EnumMap<>(Fault.class);
        this.rates.putAll(rates);
        this.random = new Random(seed);
    }

    void ask(Fault fault) {
        asked.add(fault);
    }

    Optional<Fault> next() {
        Fault wanted = asked.poll();
        return wanted != null ? Optional.of(wanted) : byChance();
    }

    private synchronized Optional<Fault> byChance() {
        double draw = random.nextDouble();
        for (Map.Entry<Fault, Double> each : rates.entrySet()) {
            draw -= each.getValue();
            if (draw < 0) {
                return Optional.of(each.getKey());
            }
        }
        return Optional.empty();
    }
}
