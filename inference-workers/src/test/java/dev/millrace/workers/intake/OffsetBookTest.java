package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.intake.OffsetBook.Commit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OffsetBookTest {
    private static final int CAPACITY = 8;

    @Test
    void aPartitionThatNobodyTouchedCommitsNothing() {
        assertThat(due(OffsetBook.fresh(CAPACITY))).isEmpty();
    }

    @Test
    void theCommitIsTheFirstUnfinishedOffsetUntilItFinishes() {
        // Given
        OffsetBook book = OffsetBook.fresh(CAPACITY);
        book.receive(10);
        book.receive(11);
        book.receive(12);
        book.advance(13);

        // When
        book.finish(11);
        book.finish(12);

        // Then
        assertThat(due(book))
                .hasValueSatisfying(commit -> assertThat(commit.offset()).isEqualTo(10));
        book.finish(10);
        assertThat(due(book)).contains(new Commit(13, ""));
    }

    @Test
    void anIdlePartitionCommitsThePositionBehindTransactionMarkers() {
        // Given
        OffsetBook book = OffsetBook.fresh(CAPACITY);
        book.receive(0);
        book.advance(2);

        // When
        book.finish(0);

        // Then
        assertThat(due(book)).contains(new Commit(2, ""));
    }

    @Test
    void markersAloneMoveTheCommit() {
        // Given
        OffsetBook book = OffsetBook.restored(7, "", CAPACITY);

        // When
        book.advance(9);

        // Then
        assertThat(due(book)).contains(new Commit(9, ""));
    }

    @Test
    void jobsThatHadFinishedBeyondTheCommitDoNotRunAgain() {
        // Given
        OffsetBook before = OffsetBook.fresh(CAPACITY);
        for (long offset = 0; offset < 5; offset++) {
            before.receive(offset);
        }
        before.finish(1);
        before.finish(3);
        Commit commit = due(before).orElseThrow();

        // When
        OffsetBook after = OffsetBook.restored(commit.offset(), commit.metadata(), CAPACITY);

        // Then
        assertThat(commit.offset()).isZero();
        assertThat(
                        List.of(
                                runs(after, 0),
                                runs(after, 1),
                                runs(after, 2),
                                runs(after, 3),
                                runs(after, 4)))
                .containsExactly(true, false, true, false, true);
    }

    @Test
    void recordsBelowTheCommittedOffsetAreNotRunAgain() {
        // Given a consumer whose position was read before the last commit of the former owner
        OffsetBook book = OffsetBook.restored(20, "", CAPACITY);

        // When
        boolean run = runs(book, 19);

        // Then
        assertThat(run).isFalse();
        assertThat(due(book)).contains(new Commit(20, ""));
    }

    @Test
    void aPartitionThatGoesBackwardsIsReadAnew() {
        // Given
        OffsetBook book = OffsetBook.restored(20, "", CAPACITY);
        book.receive(20);
        book.finish(20);

        // When
        boolean run = runs(book, 3);

        // Then
        assertThat(run).isTrue();
        assertThat(due(book))
                .contains(new Commit(3, new OffsetHint(4, waiting(3), false).encode(3)));
        book.finish(3);
        assertThat(due(book)).contains(new Commit(4, ""));
    }

    @Test
    void aJobThatFinishedWhileItsPartitionWasAwayDoesNotRunAgain() {
        // Given a partition that comes back with nothing committed of what this process finished
        OffsetBook before = OffsetBook.fresh(CAPACITY);
        before.receive(0);
        before.receive(1);
        before.receive(2);
        before.finish(1);
        OffsetBook after = OffsetBook.fresh(CAPACITY).remembering(before);

        // When one more finishes before it comes in again
        after.finish(2);

        // Then
        assertThat(List.of(runs(after, 0), runs(after, 1), runs(after, 2)))
                .containsExactly(true, false, false);
        after.finish(0);
        assertThat(due(after)).contains(new Commit(3, ""));
    }

    @Test
    void aFullBookSaysSoUntilSomethingFinishes() {
        // Given
        OffsetBook book = OffsetBook.fresh(2);
        book.receive(0);
        book.receive(1);
        assertThat(book.isFull()).isTrue();

        // When
        book.finish(1);

        // Then
        assertThat(book.isFull()).isFalse();
    }

    @Test
    void twelveMinutesOfNeighboursFitInTheHint() {
        // Given one long job, and 72,000 short ones behind it
        OffsetBook book = OffsetBook.fresh(1_000);
        book.receive(5);
        for (long offset = 6; offset <= 72_005; offset++) {
            book.receive(offset);
            book.finish(offset);
        }

        // When
        Commit commit = due(book).orElseThrow();
        OffsetBook after = OffsetBook.restored(commit.offset(), commit.metadata(), CAPACITY);

        // Then
        assertThat(commit.offset()).isEqualTo(5);
        assertThat(commit.metadata()).hasSizeLessThan(20);
        assertThat(runs(after, 5)).isTrue();
        assertThat(runs(after, 6)).isFalse();
        assertThat(runs(after, 72_005)).isFalse();
        assertThat(runs(after, 72_006)).isTrue();
    }

    @Test
    void theLastWordTellsTheNextOwnerWhatStillRunsAndWhere() {
        // Given
        OffsetBook before = OffsetBook.fresh(CAPACITY);
        for (long offset = 0; offset < 4; offset++) {
            before.receive(offset);
        }
        before.mark(2, Standing.SUSPECT);
        before.finish(1);

        // When
        Commit commit = before.commit(Set.of(0L, 2L), 77, true).orElseThrow();
        OffsetBook after = OffsetBook.restored(commit.offset(), commit.metadata(), CAPACITY);

        // Then
        assertThat(after.wasHandedOver()).isTrue();
        assertThat(after.receive(0)).contains(Standing.running(77));
        assertThat(after.receive(1)).isEmpty();
        assertThat(after.receive(2)).contains(Standing.tried(77));
        assertThat(after.receive(3)).contains(Standing.WAITING);
        assertThat(after.receive(4)).as("nobody knows it").contains(Standing.WAITING);
    }

    @Test
    void whatAnotherWorkerRunsIsPassedOnByEveryOwner() {
        // Given an owner that waits for a former one, with and without having read the record
        OffsetBook first = OffsetBook.fresh(CAPACITY);
        first.receive(0);
        first.receive(1);
        Commit handOver = first.commit(Set.of(0L, 1L), 77, true).orElseThrow();
        OffsetBook second = OffsetBook.restored(handOver.offset(), handOver.metadata(), CAPACITY);
        second.receive(0);

        // When
        Commit next = second.commit(Set.of(), 88, true).orElseThrow();
        OffsetBook third = OffsetBook.restored(next.offset(), next.metadata(), CAPACITY);

        // Then
        assertThat(third.receive(0)).contains(Standing.running(77));
        assertThat(third.receive(1)).contains(Standing.running(77));
    }

    /**
     * Any interleaving of receiving, finishing, committing and crashing: nothing is ever lost, what
     * a commit knew as finished never runs again, and in the end the commit stands at the end of
     * the partition.
     */
    @Property
    void nothingIsLostAndNothingKnownRunsAgain(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int length) {
        Random random = new Random(seed);
        Partition partition = new Partition(random, length);
        for (int step = 0; step < 1_000; step++) {
            switch (random.nextInt(10)) {
                case 0 -> partition.commit();
                case 1 -> {
                    switch (random.nextInt(10)) {
                        case 0, 1 -> partition.crash();
                        case 2, 3 -> partition.loseAndRegain();
                        default -> {}
                    }
                }
                case 2, 3, 4, 5 -> partition.receive();
                default -> partition.finishOne();
            }
        }
        partition.finishEverything();

        assertThat(partition.finished).containsExactlyInAnyOrderElementsOf(partition.jobs);
        assertThat(partition.committed).isEqualTo(new Commit(partition.end, ""));
    }

    private static Optional<Commit> due(OffsetBook book) {
        return book.commit(Set.of(), 1, false);
    }

    private static boolean runs(OffsetBook book, long offset) {
        return book.receive(offset).isPresent();
    }

    private static SortedMap<Long, Standing> waiting(long offset) {
        return new TreeMap<>(Map.of(offset, Standing.WAITING));
    }

    /**
     * A partition with gaps (markers), its one consumer, and what the consumer's life may do to it.
     */
    private static final class Partition {
        private final Random random;
        private final List<Long> jobs = new ArrayList<>();
        private final Set<Long> finished = new HashSet<>();

        /** Of the finished ones, those that this life of the consumer knows. */
        private Set<Long> known = new HashSet<>();

        private final List<Long> running = new ArrayList<>();
        private final long end;
        private OffsetBook book = OffsetBook.fresh(CAPACITY);
        private Commit committed = new Commit(0, "");
        private Set<Long> finishedAtCommit = Set.of();
        private long position;

        Partition(Random random, int length) {
            this.random = random;
            long offset = 0;
            for (int i = 0; i < length; i++) {
                jobs.add(offset);
                offset += 1 + (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
            }
            this.end = offset + 1;
        }

        void receive() {
            int batch = 1 + random.nextInt(3);
            for (int i = 0; i < batch && !book.isFull(); i++) {
                long from = position;
                long offset = jobs.stream().filter(job -> job >= from).findFirst().orElse(end);
                if (offset < end) {
                    if (runs(book, offset)) {
                        assertThat(known).doesNotContain(offset);
                        if (!running.contains(offset)) {
                            running.add(offset);
                        }
                    } else {
                        assertThat(finished).contains(offset);
                    }
                }
                position = Math.min(end, offset + 1);
                book.advance(position);
            }
        }

        void finishOne() {
            if (!running.isEmpty()) {
                long offset = running.remove(random.nextInt(running.size()));
                finished.add(offset);
                known.add(offset);
                book.finish(offset);
            }
        }

        void commit() {
            due(book)
                    .ifPresent(
                            commit -> {
                                assertThat(commit.offset())
                                        .isGreaterThanOrEqualTo(committed.offset());
                                assertThat(jobs.stream().filter(job -> job < commit.offset()))
                                        .allMatch(finished::contains);
                                committed = commit;
                                finishedAtCommit = Set.copyOf(known);
                            });
        }

        /** What runs goes on; what was not committed is known all the same. */
        void loseAndRegain() {
            OffsetBook former = book;
            book =
                    OffsetBook.restored(committed.offset(), committed.metadata(), CAPACITY)
                            .remembering(former);
            position = committed.offset();
        }

        void crash() {
            book = OffsetBook.restored(committed.offset(), committed.metadata(), CAPACITY);
            position = committed.offset();
            running.clear();
            known = new HashSet<>(finishedAtCommit);
        }

        void finishEverything() {
            while (position < end || !running.isEmpty()) {
                receive();
                finishOne();
            }
            commit();
        }
    }
}
