package dev.millrace.workers.endpoint;

import dev.millrace.catalog.ChatServers.Balance;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Whose turn it is among servers of different weights. Pure but for the turns it remembers; not
 * thread-safe.
 */
final class EndpointChoice {
    private final Balance balance;
    private final int[] weights;

    /** How much each server is owed, in weights; the one that is owed the most is next. */
    private final long[] owed;

    EndpointChoice(Balance balance, List<Integer> weights) {
        this.balance = balance;
        this.weights = weights.stream().mapToInt(Integer::intValue).toArray();
        this.owed = new long[weights.size()];
        if (IntStream.of(this.weights).anyMatch(weight -> weight < 1)) {
            throw new IllegalArgumentException("weights=" + weights + " must be at least 1");
        }
    }

    /**
     * The server that gets the next call.
     *
     * @param canTake which servers may be chosen, by index
     * @param inFlight calls under way at a server
     * @return empty where none may be chosen
     */
    OptionalInt next(IntPredicate canTake, IntUnaryOperator inFlight) {
        return switch (balance) {
            case ROUND_ROBIN -> inTurn(canTake);
            case LEAST_LOADED -> leastLoaded(canTake, inFlight);
        };
    }

    /** Every server that can take it earns its weight, and who is chosen pays for all. */
    private OptionalInt inTurn(IntPredicate canTake) {
        int[] able = indexes(canTake);
        if (able.length == 0) {
            return OptionalInt.empty();
        }
        int best = able[0];
        long all = 0;
        for (int i : able) {
            owed[i] += weights[i];
            all += weights[i];
            best = owed[i] > owed[best] ? i : best;
        }
        owed[best] -= all;
        return OptionalInt.of(best);
    }

    /** Those that are equally loaded take turns. */
    private OptionalInt leastLoaded(IntPredicate canTake, IntUnaryOperator inFlight) {
        int[] able = indexes(canTake);
        if (able.length == 0) {
            return OptionalInt.empty();
        }
        int[] load = IntStream.of(able).map(inFlight).toArray();
        int best = 0;
        for (int i = 1; i < able.length; i++) {
            best = compare(able[i], load[i], able[best], load[best]) < 0 ? i : best;
        }
        int least = able[best];
        int leastLoad = load[best];
        boolean[] tied = new boolean[weights.length];
        for (int i = 0; i < able.length; i++) {
            tied[able[i]] = compare(able[i], load[i], least, leastLoad) == 0;
        }
        return inTurn(i -> tied[i]);
    }

    /** By the load for each weight once one more call is under way, without fractions. */
    private int compare(int one, int oneLoad, int other, int otherLoad) {
        return Long.compare((oneLoad + 1L) * weights[other], (otherLoad + 1L) * weights[one]);
    }

    private int[] indexes(IntPredicate canTake) {
        return IntStream.range(0, weights.length).filter(canTake).toArray();
    }
}
