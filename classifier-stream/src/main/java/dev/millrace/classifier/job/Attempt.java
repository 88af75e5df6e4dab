package dev.millrace.classifier.job;

import dev.millrace.v1.Band;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The attempt that runs now, or that waits until {@code heldUntil}.
 *
 * @param number counts every routing of the job from 1; an outcome of another number is stale
 * @param failures attempts that failed; attempts that a lane turned away are not among them
 * @param maxAttempts failures at which the job has failed
 * @param predictedTokens work that this attempt was predicted to be
 * @param lanes that may take the job, in order of preference
 * @param unavailable those of them that turned the job away in this round
 * @param rounds how often all of them did
 */
public record Attempt(
        int number,
        String lane,
        Band band,
        int failures,
        int maxAttempts,
        long predictedTokens,
        List<String> lanes,
        List<String> unavailable,
        int rounds,
        Optional<Instant> heldUntil) {
    public Attempt {
        if (number < 1 || failures < 0 || maxAttempts < 1 || rounds < 0) {
            throw new IllegalArgumentException(
                    "attempt=" + number + " failures=" + failures + " max=" + maxAttempts);
        }
        lanes = List.copyOf(lanes);
        unavailable = List.copyOf(unavailable);
    }

    public static Attempt first(
            String lane, Band band, int maxAttempts, long predictedTokens, List<String> lanes) {
        return new Attempt(
                1,
                lane,
                band,
                0,
                maxAttempts,
                predictedTokens,
                lanes,
                List.of(),
                0,
                Optional.empty());
    }

    /** The next attempt in the same lane, after a failure. */
    public Attempt afterFailure(Optional<Instant> until) {
        return new Attempt(
                number + 1,
                lane,
                band,
                failures + 1,
                maxAttempts,
                predictedTokens,
                lanes,
                unavailable,
                rounds,
                until);
    }

    /**
     * The next attempt, after this one's lane turned the job away.
     *
     * @param until where all lanes did: this round is over, and the next begins then
     */
    public Attempt movedTo(String next, int nextMax, long tokens, Optional<Instant> until) {
        return new Attempt(
                number + 1,
                next,
                band,
                failures,
                nextMax,
                tokens,
                lanes,
                until.isPresent() ? List.of() : turnedAway(),
                until.isPresent() ? rounds + 1 : rounds,
                until);
    }

    public Attempt released() {
        return new Attempt(
                number,
                lane,
                band,
                failures,
                maxAttempts,
                predictedTokens,
                lanes,
                unavailable,
                rounds,
                Optional.empty());
    }

    /** How often the job was routed: what waits has not been yet. */
    public int made() {
        return heldUntil.isPresent() ? number - 1 : number;
    }

    /** The lanes that turned the job away in this round, this attempt's among them. */
    public List<String> turnedAway() {
        return Stream.concat(unavailable.stream(), Stream.of(lane)).distinct().toList();
    }
}
