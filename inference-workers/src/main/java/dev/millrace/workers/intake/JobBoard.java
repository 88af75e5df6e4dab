package dev.millrace.workers.intake;

import dev.millrace.v1.Band;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * The jobs that have been taken from the lane and are not finished: waiting by band and tenant,
 * running in a slot, or with their outcome on its way. Bounded in each of the three. Thread-safe:
 * the polling thread fills it, the jobs' threads empty it.
 */
public final class JobBoard {
    private static final int LEAST_WAITING = 256;
    private static final int MOST_WAITING = 1_024;
    private static final long MOST_WAITING_BYTES = 8L * 1024 * 1024;
    private static final int LEAST_UNSENT = 64;

    private static final List<Band> BANDS = List.of(Band.values());

    private final BandChoice choice;
    private final Map<Band, TenantTurns> waiting = new EnumMap<>(Band.class);
    private final UnderWay underWay;
    private int slots = 1;
    private int running;

    public JobBoard(BandChoice choice, UnderWay underWay) {
        this.choice = choice;
        this.underWay = underWay;
        for (Band band : Band.values()) {
            waiting.put(band, new TenantTurns());
        }
    }

    /** How many jobs may run at once. Running ones are never taken back. */
    public synchronized void resize(int newSlots) {
        if (newSlots < 1) {
            throw new IllegalArgumentException("slots=" + newSlots + " must be at least 1");
        }
        slots = newSlots;
    }

    /**
     * Puts a job into its band's queue.
     *
     * @return false where this very record is under way here already: it came back with its
     *     partition
     */
    public synchronized boolean offer(LaneJob job) {
        if (underWay.contains(job)) {
            return false;
        }
        turns(job.band()).add(job);
        return true;
    }

    /**
     * The next job, which from now on holds a slot; empty where no slot is free or nothing waits.
     */
    public synchronized Optional<LaneJob> take() {
        if (!canStart()) {
            return Optional.empty();
        }
        Optional<LaneJob> next = choice.next(bandsWaiting()).flatMap(band -> turns(band).next());
        next.ifPresent(
                job -> {
                    underWay.begin(job);
                    running++;
                });
        return next;
    }

    /** Whether there is a job to {@link #take}. */
    public synchronized boolean canStart() {
        return running < slots
                && underWay.count() - running < Math.max(LEAST_UNSENT, 4 * slots)
                && anyWaits();
    }

    /**
     * A record of this job that waits, which waits no longer: it is under way from now on, and
     * holds no slot.
     */
    public synchronized Optional<LaneJob> withdraw(String jobId) {
        for (TenantTurns turns : waiting.values()) {
            Optional<LaneJob> found = turns.withdraw(job -> jobId.equals(job.record().key()));
            if (found.isPresent()) {
                underWay.begin(found.get());
                return found;
            }
        }
        return Optional.empty();
    }

    /** A job's model call is over: its slot is free, its outcome still on its way. */
    public synchronized void released() {
        running--;
    }

    /**
     * A job is over.
     *
     * @param done whether its outcome is acknowledged; it is given up otherwise
     * @return whether another worker waits for it
     */
    public synchronized boolean gone(LaneJob job, boolean done) {
        return underWay.end(job, done);
    }

    /**
     * Partitions are not ours any more: what waits of theirs is forgotten, what runs is finished
     * for the worker that has them now.
     *
     * @return whether anything of theirs runs
     */
    public synchronized boolean handOver(Collection<TopicPartition> partitions) {
        for (TenantTurns turns : waiting.values()) {
            turns.removeIf(job -> partitions.contains(job.partition()));
        }
        return underWay.handOver(partitions);
    }

    /** Forgets all that wait: the worker leaves. */
    public synchronized void dropAll() {
        waiting.replaceAll((band, turns) -> new TenantTurns());
    }

    /** Whether a band should get no more for now. */
    public synchronized boolean isFull(Band band) {
        return turns(band).jobs() >= mostWaiting() || turns(band).bytes() >= MOST_WAITING_BYTES;
    }

    /**
     * Whether a band that was full has room again: half of it, so that it does not switch at every
     * job.
     */
    public synchronized boolean hasRoom(Band band) {
        return turns(band).jobs() <= mostWaiting() / 2
                && turns(band).bytes() <= MOST_WAITING_BYTES / 2;
    }

    public synchronized int slots() {
        return slots;
    }

    public synchronized int running() {
        return running;
    }

    public synchronized int waiting() {
        return waiting.values().stream().mapToInt(TenantTurns::jobs).sum();
    }

    /** Running, or with an outcome on its way. */
    public synchronized int underWay() {
        return underWay.count();
    }

    /** Whether a record's job runs here, or has an outcome on its way. */
    public boolean isUnderWay(Place place) {
        return underWay.of(place.topicPartition()).contains(place.offset());
    }

    private boolean anyWaits() {
        for (TenantTurns turns : waiting.values()) {
            if (!turns.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private Set<Band> bandsWaiting() {
        Set<Band> bands = EnumSet.noneOf(Band.class);
        for (Band band : BANDS) {
            if (!turns(band).isEmpty()) {
                bands.add(band);
            }
        }
        return bands;
    }

    private int mostWaiting() {
        return Math.clamp(4L * slots, LEAST_WAITING, MOST_WAITING);
    }

    private TenantTurns turns(Band band) {
        return waiting.computeIfAbsent(band, unused -> new TenantTurns());
    }
}
