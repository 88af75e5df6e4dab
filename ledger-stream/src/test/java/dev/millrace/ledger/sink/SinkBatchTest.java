package dev.millrace.ledger.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SinkBatchTest {

    /**
     * Whatever a batch is split into, applied in order it writes the same entries and ends at the
     * same offsets.
     */
    @Property
    void halvesTogetherAreTheWholeAndNoOffsetRunsAheadOfItsEntries(
            @ForAll @Size(min = 2, max = 40) List<@IntRange(max = 3) Integer> partitions) {
        // Given
        SinkBatch<Integer> whole = batch(partitions);

        // When
        List<SinkBatch<Integer>> pieces = new ArrayList<>();
        split(whole, pieces);

        // Then
        List<Integer> written = new ArrayList<>();
        Map<TopicPartition, Long> reached = new HashMap<>();
        for (SinkBatch<Integer> piece : pieces) {
            for (SinkBatch.Entry<Integer> entry : piece.entries()) {
                assertThat(entry.record().offset())
                        .isGreaterThanOrEqualTo(reached.getOrDefault(entry.partition(), 0L));
            }
            written.addAll(piece.values());
            reached.putAll(piece.next());
        }
        assertThat(written).isEqualTo(whole.values());
        assertThat(reached).isEqualTo(whole.next());
    }

    @Test
    void withoutEntriesTheOffsetsStillMove() {
        SinkBatch<Integer> batch = batch(List.of(0, 1, 0));

        assertThat(batch.withoutEntries().entries()).isEmpty();
        assertThat(batch.withoutEntries().next()).isEqualTo(batch.next());
    }

    @Test
    void anEntryWithoutANextOffsetIsRefusedSinceItWouldBeWrittenAgainForEver() {
        SinkBatch<Integer> batch = batch(List.of(0));

        assertThatThrownBy(() -> new SinkBatch<>(batch.entries(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void split(SinkBatch<Integer> batch, List<SinkBatch<Integer>> pieces) {
        if (batch.size() <= 1) {
            pieces.add(batch);
            return;
        }
        split(batch.firstHalf(), pieces);
        split(batch.secondHalf(), pieces);
    }

    /**
     * Offsets have gaps, and a marker follows the last record of each partition, as behind
     * transactions.
     */
    private static SinkBatch<Integer> batch(List<Integer> partitions) {
        List<SinkBatch.Entry<Integer>> entries = new ArrayList<>();
        Map<TopicPartition, Long> next = new HashMap<>();
        for (int i = 0; i < partitions.size(); i++) {
            TopicPartition partition = new TopicPartition("t", partitions.get(i));
            long offset = next.getOrDefault(partition, 0L);
            entries.add(
                    new SinkBatch.Entry<>(
                            new ConsumerRecord<>(
                                    "t", partition.partition(), offset, new byte[0], new byte[0]),
                            i));
            next.put(partition, offset + 2);
        }
        return new SinkBatch<>(entries, next);
    }
}
