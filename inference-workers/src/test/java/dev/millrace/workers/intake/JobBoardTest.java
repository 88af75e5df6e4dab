package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.Band;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class JobBoardTest {
    private final JobBoard board = new JobBoard(new BandChoice(), new UnderWay(() -> 0));

    @Test
    void noMoreRunThanThereAreSlots() {
        // Given
        board.resize(2);
        for (int i = 0; i < 5; i++) {
            board.offer(job(Band.STANDARD, 0, i));
        }

        // When
        Optional<LaneJob> first = board.take();
        Optional<LaneJob> second = board.take();
        Optional<LaneJob> third = board.take();

        // Then
        assertThat(first).isPresent();
        assertThat(second).isPresent();
        assertThat(third).isEmpty();
        board.released();
        assertThat(board.take()).isPresent();
    }

    @Test
    void aRecordThatComesBackWhileItRunsIsNotTakenTwice() {
        // Given
        board.offer(job(Band.STANDARD, 0, 7));
        LaneJob running = board.take().orElseThrow();

        // When
        boolean again = board.offer(job(Band.STANDARD, 0, 7));

        // Then
        assertThat(again).isFalse();
        board.released();
        board.gone(running, true);
        assertThat(board.offer(job(Band.STANDARD, 0, 7))).isTrue();
    }

    @Test
    void jobsOfALostPartitionAreForgottenButForThoseThatRun() {
        // Given
        board.offer(job(Band.STANDARD, 0, 1));
        board.take();
        board.offer(job(Band.STANDARD, 0, 2));
        board.offer(job(Band.STANDARD, 1, 1));
        board.offer(job(Band.INTERACTIVE, 0, 1));

        // When
        boolean stillRuns = board.handOver(Set.of(new TopicPartition(topic(Band.STANDARD), 0)));

        // Then
        assertThat(stillRuns).isTrue();
        assertThat(board.waiting()).isEqualTo(2);
        assertThat(board.underWay()).isEqualTo(1);
    }

    @Test
    void aBandIsFullByNumberAndHasRoomAgainAtHalf() {
        // Given
        int offset = 0;
        while (!board.isFull(Band.STANDARD)) {
            board.offer(job(Band.STANDARD, 0, offset++));
        }
        assertThat(board.isFull(Band.INTERACTIVE)).isFalse();

        // When
        List<Boolean> room = new ArrayList<>();
        for (Optional<LaneJob> job = board.take(); job.isPresent(); job = board.take()) {
            room.add(board.hasRoom(Band.STANDARD));
            board.released();
            board.gone(job.get(), true);
        }

        // Then
        assertThat(room.getFirst()).isFalse();
        assertThat(room.getLast()).isTrue();
        assertThat(board.isFull(Band.STANDARD)).isFalse();
    }

    @Test
    void aBandIsFullByBytes() {
        // When
        for (int i = 0; i < 8; i++) {
            board.offer(job(Band.STANDARD, 0, i, 1024 * 1024));
        }

        // Then
        assertThat(board.isFull(Band.STANDARD)).isTrue();
        board.dropAll();
        assertThat(board.isFull(Band.STANDARD)).isFalse();
    }

    @Test
    void unsentOutcomesHoldBackNewJobs() {
        // Given
        int taken = 0;
        for (int i = 0; i < 200; i++) {
            board.offer(job(Band.STANDARD, 0, i));
        }

        // When every model call ends but no outcome gets through
        while (board.take().isPresent()) {
            board.released();
            taken++;
        }

        // Then
        assertThat(taken).isEqualTo(64);
    }

    @Test
    void aJobThatIsOverWaitsNoLongerAndHoldsNoSlot() {
        // Given one job that runs and two that wait
        board.offer(job(Band.STANDARD, 0, 1));
        board.take();
        board.offer(job(Band.STANDARD, 0, 2));
        board.offer(job(Band.OVERFLOW, 0, 3));

        // When
        Optional<LaneJob> waited = board.withdraw("job-3");
        Optional<LaneJob> again = board.withdraw("job-3");

        // Then
        assertThat(waited).map(LaneJob::band).contains(Band.OVERFLOW);
        assertThat(again).isEmpty();
        assertThat(board.withdraw("job-1")).as("it runs").isEmpty();
        assertThat(board.waiting()).isEqualTo(1);
        assertThat(board.running()).isEqualTo(1);
        assertThat(board.underWay()).isEqualTo(2);
        assertThat(board.isUnderWay(waited.orElseThrow().place())).isTrue();
    }

    private static LaneJob job(Band band, int partition, long offset) {
        return job(band, partition, offset, 100);
    }

    private static LaneJob job(Band band, int partition, long offset, int bytes) {
        return new LaneJob(
                new ConsumerRecord<>(
                        topic(band), partition, offset, "job-" + offset, new byte[bytes]) {
                    @Override
                    public int serializedValueSize() {
                        return bytes;
                    }
                },
                band);
    }

    private static String topic(Band band) {
        return "lane." + band;
    }
}
