package dev.millrace.workers.handover;

import dev.millrace.workers.intake.Place;
import dev.millrace.workers.intake.UnderWay.Fate;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What the lane's other workers say of the records that they finish although the partition is not
 * theirs any more, and whether they still live. Thread-safe.
 */
public final class Peers {
    /** Statuses of a worker that lives, without a word of a record: it knows nothing of it. */
    private static final int SILENT_STATUSES = 3;

    private static final Duration FORGOTTEN = Duration.ofMinutes(10);

    /** What is known of a record that another worker ran. */
    public enum Word {
        /** It runs there, or may do so: wait. */
        WAIT,
        /** Its outcome is acknowledged. */
        DONE,
        /** It does not run there and has not finished. */
        FREE,
        /** The worker died with it, or seems to have. */
        DIED
    }

    private enum Life {
        LIVES,
        LEFT,
        REPLACED
    }

    private static final class Peer {
        private final String worker;
        private Life life = Life.LIVES;
        private Map<Place, Fate> records = Map.of();
        private long heard;
        private long statuses;

        Peer(String worker) {
            this.worker = worker;
        }
    }

    private final Duration stale;
    private final Map<Long, Peer> byRunner = new HashMap<>();

    /** Records that other workers have said they finish; each with the runner. */
    private Map<Place, Long> finishing = Map.of();

    /**
     * @param stale how long a worker says nothing before it counts as dead
     */
    public Peers(Duration stale) {
        this.stale = stale;
    }

    /**
     * A worker's status.
     *
     * @param live false where it may have been told long ago
     */
    public synchronized void heard(
            String worker, long runner, List<HandedOver> records, boolean live, long nanoTime) {
        started(worker, runner);
        Peer peer = byRunner.computeIfAbsent(runner, unused -> new Peer(worker));
        Map<Place, Fate> fates = new HashMap<>();
        records.forEach(record -> fates.put(record.place(), record.fate()));
        peer.records = fates;
        peer.heard = nanoTime;
        peer.statuses += live ? 1 : 0;
        byRunner.values().removeIf(each -> nanoTime - each.heard > FORGOTTEN.toNanos());
        collectFinishing();
    }

    /** A process goes by a worker's name: whatever did so before has ended. */
    public synchronized void started(String worker, long runner) {
        byRunner.forEach(
                (other, peer) -> {
                    if (other != runner && peer.worker.equals(worker) && peer.life == Life.LIVES) {
                        peer.life = Life.REPLACED;
                    }
                });
    }

    /** A worker has taken its status back: it has left in good order. */
    public synchronized void left(String worker) {
        byRunner.values().stream()
                .filter(peer -> peer.worker.equals(worker) && peer.life == Life.LIVES)
                .forEach(peer -> peer.life = Life.LEFT);
        collectFinishing();
    }

    /** How many live statuses of a worker have come; what {@link #about} wants of the past. */
    public synchronized long statuses(long runner) {
        Peer peer = byRunner.get(runner);
        return peer == null ? 0 : peer.statuses;
    }

    /** The living worker that says it finishes a record of a partition it has not any more. */
    public synchronized OptionalLong finisher(Place place) {
        Long runner = finishing.get(place);
        return runner == null ? OptionalLong.empty() : OptionalLong.of(runner);
    }

    /**
     * What is known of a record.
     *
     * @param statusesThen what {@link #statuses} said when the wait for it began
     * @param since when the wait began
     */
    public synchronized Word about(
            long runner, Place place, long statusesThen, long since, long nanoTime) {
        Peer peer = byRunner.get(runner);
        if (peer == null) {
            return isOver(since, nanoTime) ? Word.DIED : Word.WAIT;
        }
        @Nullable Fate fate = peer.records.get(place);
        if (fate == Fate.DONE) {
            return Word.DONE;
        }
        return switch (peer.life) {
            case LEFT -> Word.FREE;
            case REPLACED -> Word.DIED;
            case LIVES -> {
                if (fate == Fate.GIVEN_UP) {
                    yield Word.FREE;
                }
                if (isOver(peer.heard, nanoTime)) {
                    yield Word.DIED;
                }
                boolean silent = fate == null && peer.statuses - statusesThen >= SILENT_STATUSES;
                yield silent ? Word.FREE : Word.WAIT;
            }
        };
    }

    private boolean isOver(long since, long nanoTime) {
        return nanoTime - since > stale.toNanos();
    }

    private void collectFinishing() {
        Map<Place, Long> all = new HashMap<>();
        byRunner.forEach(
                (runner, peer) -> {
                    if (peer.life == Life.LIVES) {
                        peer.records.forEach(
                                (place, fate) -> {
                                    if (fate == Fate.RUNNING) {
                                        all.put(place, runner);
                                    }
                                });
                    }
                });
        finishing = all;
    }
}
