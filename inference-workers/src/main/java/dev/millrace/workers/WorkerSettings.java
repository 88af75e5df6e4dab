package dev.millrace.workers;

import dev.millrace.topics.Topics;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How one worker process runs. What a lane runs, and how much at once, is in the catalog.
 *
 * @param lane the lane that this process serves
 * @param worker its name in outcomes and heartbeats; no other process of the lane has it
 * @param modelsDirectory where relative model files are found
 * @param drain how long a worker that is told to leave waits for what runs
 * @param commitInterval the shortest time between two commits
 * @param unfinishedPerPartition records of one partition under way at once
 * @param heartbeat how often the lane's status is told
 * @param streamIdle how long a provider's stream that has begun may say nothing
 */
public record WorkerSettings(
        String lane,
        String worker,
        Path modelsDirectory,
        Duration drain,
        Duration commitInterval,
        int unfinishedPerPartition,
        Duration heartbeat,
        Duration streamIdle) {
    private static final Duration LONGEST_DRAIN = Duration.ofHours(1);
    private static final Duration LEAST_STALE = Duration.ofSeconds(5);

    public WorkerSettings {
        if (!Topics.NAME.matcher(lane).matches()) {
            throw new IllegalArgumentException(
                    "MILLRACE_LANE='"
                            + lane
                            + "' names no lane: lower-case letters, digits and '-', at most 63");
        }
        if (worker.isBlank()) {
            throw new IllegalArgumentException("MILLRACE_INSTANCE must not be blank");
        }
        if (drain.isNegative() || drain.compareTo(LONGEST_DRAIN) > 0) {
            throw new IllegalArgumentException(
                    "millrace.worker.drain=" + drain + " is not 0 s to 1 h");
        }
        if (!commitInterval.isPositive() || !heartbeat.isPositive() || !streamIdle.isPositive()) {
            throw new IllegalArgumentException(
                    "millrace.worker: commit-interval, heartbeat and stream-idle must be above 0");
        }
        if (unfinishedPerPartition < 1 || unfinishedPerPartition > 10_000) {
            throw new IllegalArgumentException(
                    "millrace.worker.unfinished-per-partition="
                            + unfinishedPerPartition
                            + " is not 1..10000");
        }
    }

    /** How long another worker of the lane says nothing before it counts as dead. */
    Duration stale() {
        Duration three = heartbeat.multipliedBy(3);
        return three.compareTo(LEAST_STALE) < 0 ? LEAST_STALE : three;
    }
}
