package dev.millrace.workers.llama;

import java.time.Duration;

/**
 * How soon an engine process is started again. One that has lived is replaced at once; one that
 * keeps ending soon after its start is given longer and longer pauses.
 *
 * @param first pause after the second short life in a row; doubles with each further one
 * @param longest pause
 * @param settled a life of at least this length is not a short one
 */
public record RestartPace(Duration first, Duration longest, Duration settled) {

    private static final int MOST_DOUBLINGS = 20;

    public static final RestartPace STANDARD =
            new RestartPace(Duration.ofMillis(250), Duration.ofSeconds(30), Duration.ofSeconds(10));

    public RestartPace {
        if (!first.isPositive() || longest.compareTo(first) < 0 || settled.isNegative()) {
            throw new IllegalArgumentException(
                    "first=" + first + " longest=" + longest + " settled=" + settled);
        }
    }

    /**
     * The pause before a start.
     *
     * @param shortLives in a row before it; a start that failed is one
     */
    Duration before(int shortLives) {
        if (shortLives <= 1) {
            return Duration.ZERO;
        }
        Duration pause = first.multipliedBy(1L << Math.min(shortLives - 2, MOST_DOUBLINGS));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /** Short lives in a row after one of this length. */
    int after(int shortLives, Duration life) {
        return life.compareTo(settled) < 0 ? shortLives + 1 : 0;
    }
}
