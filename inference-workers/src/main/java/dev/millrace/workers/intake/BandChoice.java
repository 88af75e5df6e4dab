package dev.millrace.workers.intake;

import dev.millrace.v1.Band;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which band the next free slot serves: shares by weight among the bands that have something
 * waiting (smooth weighted round robin), and no waiting band is passed over more than a fixed
 * number of times. Deterministic; not thread-safe.
 */
public final class BandChoice {
    public static final Map<Band, Integer> WEIGHTS =
            Map.of(Band.INTERACTIVE, 32, Band.STANDARD, 16, Band.OVERFLOW, 1);

    static final int PATIENCE = 64;

    private static final List<Band> BY_PRIORITY =
            List.of(Band.INTERACTIVE, Band.STANDARD, Band.OVERFLOW);

    private final Map<Band, Integer> weights;
    private final int patience;
    private final Map<Band, Integer> credit = new EnumMap<>(Band.class);
    private final Map<Band, Integer> passedOver = new EnumMap<>(Band.class);

    /** The weights 32, 16 and 1; a waiting band is passed over 64 times at most. */
    public BandChoice() {
        this(WEIGHTS, PATIENCE);
    }

    /**
     * @param weights at least 1 for each band
     * @param patience how often a waiting band is passed over before it is next, whatever its
     *     weight
     */
    public BandChoice(Map<Band, Integer> weights, int patience) {
        for (Band band : Band.values()) {
            if (weights.getOrDefault(band, 0) < 1) {
                throw new IllegalArgumentException(
                        "band=" + band + " needs a weight of at least 1");
            }
        }
        if (patience < 1) {
            throw new IllegalArgumentException("patience=" + patience + " must be at least 1");
        }
        this.weights = new EnumMap<>(weights);
        this.patience = patience;
    }

    /** The band to serve now, of those waiting; empty where none waits. */
    public Optional<Band> next(Set<Band> waiting) {
        // a band that has run empty starts anew: it neither saves up turns nor owes any
        credit.keySet().retainAll(waiting);
        passedOver.keySet().retainAll(waiting);
        if (waiting.size() == 1) {
            Band only = waiting.iterator().next();
            passedOver.put(only, 0);
            return Optional.of(only);
        }
        List<Band> candidates = BY_PRIORITY.stream().filter(waiting::contains).toList();
        candidates.forEach(band -> credit.merge(band, weights.get(band), Integer::sum));
        Optional<Band> chosen = starving(candidates).or(() -> richest(candidates));
        chosen.ifPresent(band -> serve(band, candidates));
        return chosen;
    }

    private Optional<Band> starving(List<Band> candidates) {
        return candidates.stream()
                .filter(band -> passedOver.getOrDefault(band, 0) >= patience)
                .max(Comparator.comparing(band -> passedOver.getOrDefault(band, 0)));
    }

    private Optional<Band> richest(List<Band> candidates) {
        Optional<Band> best = Optional.empty();
        for (Band band : candidates) {
            if (best.isEmpty()
                    || credit.getOrDefault(band, 0) > credit.getOrDefault(best.get(), 0)) {
                best = Optional.of(band);
            }
        }
        return best;
    }

    private void serve(Band chosen, List<Band> candidates) {
        int round = candidates.stream().mapToInt(weights::get).sum();
        credit.merge(chosen, -round, Integer::sum);
        passedOver.put(chosen, 0);
        candidates.stream()
                .filter(band -> band != chosen)
                .forEach(band -> passedOver.merge(band, 1, Integer::sum));
    }
}
