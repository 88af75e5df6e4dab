package dev.millrace.workers.handover;

import dev.millrace.workers.handover.Peers.Word;
import dev.millrace.workers.intake.LaneJob;
import dev.millrace.workers.intake.Place;
import dev.millrace.workers.intake.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Records that must not run yet: those that another worker may still be running, and those that a
 * worker has died with, which have their trial one after the other. It decides; the caller does.
 * Belongs to the polling thread.
 */
public final class HeldJobs {
    /** A trial that has gone well for so long does not keep the next one waiting. */
    private static final Duration TRIAL_ALONE = Duration.ofSeconds(2);

    private static final int MOST_REMEMBERED = 1_000;

    /** What is to be done with a record now. */
    public enum Verdict {
        /** It has its outcome; it is finished here without an attempt. */
        FINISHED,
        /** It runs like any other. */
        RUN,
        /** A worker has died with it; it goes on being held, for its trial. */
        SUSPECT,
        /** It runs, and no other suspect beside it. */
        TRY,
        /** A worker died during its trial: that is reported, and it does not run. */
        REPORT
    }

    /** One record's verdict. */
    public record Ruling(LaneJob job, Verdict verdict) {}

    private record Awaited(LaneJob job, Standing standing, long since, long statusesThen) {}

    private final Peers peers;
    private final Predicate<Place> isRunning;
    private final Map<Place, Awaited> awaited = new LinkedHashMap<>();
    private final Map<Place, LaneJob> suspects = new LinkedHashMap<>();

    /** Ids of jobs that were reported: their next attempt is a trial from the start. */
    private final Set<String> reported = new LinkedHashSet<>();

    private @Nullable Place onTrial;
    private boolean trialBegan;
    private long trialSince;

    /**
     * @param isRunning whether a record's job holds a slot here
     */
    public HeldJobs(Peers peers, Predicate<Place> isRunning) {
        this.peers = peers;
        this.isRunning = isRunning;
    }

    /**
     * Takes a record that has come in.
     *
     * @return false where there is no reason to hold it
     */
    public boolean hold(LaneJob job, Standing standing, long self, long nanoTime) {
        return switch (standing.kind()) {
            case RUNNING, TRIED -> {
                if (standing.runner() == self) {
                    // it runs here, or has been given up here
                    yield false;
                }
                yield awaits(job, standing, nanoTime);
            }
            case SUSPECT -> {
                suspects.put(job.place(), job);
                yield true;
            }
            case WAITING -> {
                var finisher = peers.finisher(job.place());
                if (finisher.isPresent()) {
                    yield awaits(job, Standing.running(finisher.getAsLong()), nanoTime);
                }
                if (reported.contains(job.record().key())) {
                    suspects.put(job.place(), job);
                    yield true;
                }
                yield false;
            }
        };
    }

    private boolean awaits(LaneJob job, Standing standing, long nanoTime) {
        awaited.put(
                job.place(),
                new Awaited(job, standing, nanoTime, peers.statuses(standing.runner())));
        return true;
    }

    public boolean isEmpty() {
        return awaited.isEmpty() && suspects.isEmpty();
    }

    public int count() {
        return awaited.size() + suspects.size();
    }

    /** What can be decided now; each record but a suspect is held no longer. */
    public List<Ruling> rule(long nanoTime) {
        if (isEmpty()) {
            return List.of();
        }
        List<Ruling> rulings = new ArrayList<>();
        for (Iterator<Awaited> all = awaited.values().iterator(); all.hasNext(); ) {
            Awaited each = all.next();
            verdict(each, nanoTime)
                    .ifPresent(
                            verdict -> {
                                all.remove();
                                rulings.add(new Ruling(each.job(), verdict));
                                note(each.job(), verdict);
                            });
        }
        nextTrial(nanoTime).ifPresent(job -> rulings.add(new Ruling(job, Verdict.TRY)));
        return rulings;
    }

    private Optional<Verdict> verdict(Awaited each, long nanoTime) {
        Standing standing = each.standing();
        boolean tried = standing.kind() == Standing.Kind.TRIED;
        Word word =
                peers.about(
                        standing.runner(),
                        each.job().place(),
                        each.statusesThen(),
                        each.since(),
                        nanoTime);
        return switch (word) {
            case WAIT -> Optional.empty();
            case DONE -> Optional.of(Verdict.FINISHED);
            case FREE -> Optional.of(tried ? Verdict.SUSPECT : Verdict.RUN);
            case DIED -> Optional.of(tried ? Verdict.REPORT : Verdict.SUSPECT);
        };
    }

    private void note(LaneJob job, Verdict verdict) {
        switch (verdict) {
            case SUSPECT -> suspects.put(job.place(), job);
            case REPORT -> {
                reported.remove(job.record().key());
                reported.add(job.record().key());
                if (reported.size() > MOST_REMEMBERED) {
                    reported.remove(reported.iterator().next());
                }
            }
            case FINISHED, RUN, TRY -> {}
        }
    }

    private Optional<LaneJob> nextTrial(long nanoTime) {
        if (suspects.isEmpty() || isTrialAlone(nanoTime)) {
            return Optional.empty();
        }
        LaneJob job = suspects.remove(suspects.keySet().iterator().next());
        onTrial = job == null ? null : job.place();
        trialBegan = false;
        return Optional.ofNullable(job);
    }

    private boolean isTrialAlone(long nanoTime) {
        Place place = onTrial;
        if (place == null) {
            return false;
        }
        if (!trialBegan && isRunning.test(place)) {
            trialBegan = true;
            trialSince = nanoTime;
        }
        return !trialBegan || nanoTime - trialSince < TRIAL_ALONE.toNanos();
    }

    /** A record is done with. */
    public void finished(Place place) {
        if (place.equals(onTrial)) {
            onTrial = null;
        }
    }

    /** Partitions are not ours any more. */
    public void drop(Collection<TopicPartition> partitions) {
        awaited.keySet().removeIf(place -> partitions.contains(place.topicPartition()));
        suspects.keySet().removeIf(place -> partitions.contains(place.topicPartition()));
        Place place = onTrial;
        if (place != null && partitions.contains(place.topicPartition())) {
            onTrial = null;
        }
    }

    public void dropAll() {
        awaited.clear();
        suspects.clear();
        onTrial = null;
    }
}
