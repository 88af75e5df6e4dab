package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LanePartitionsTest {
    private static final TopicPartition ONE = new TopicPartition("lane", 0);
    private static final TopicPartition TWO = new TopicPartition("lane", 1);

    private static final long SELF = 7;

    private final UnderWay underWay = new UnderWay(() -> 0);
    private final LanePartitions partitions = new LanePartitions(4, SELF, underWay);

    @Test
    void nothingIsTakenBeforeTheCommittedOffsetIsKnown() {
        // Given
        partitions.assigned(Set.of(ONE));

        // Then
        assertThat(partitions.fresh()).containsExactly(ONE);
        assertThat(partitions.receive(ONE, 3)).isEmpty();
        restore(ONE, null);
        assertThat(partitions.fresh()).isEmpty();
        assertThat(partitions.receive(ONE, 3)).isPresent();
    }

    @Test
    void onlyWhatChangedIsCommitted() {
        // Given
        partitions.assigned(Set.of(ONE, TWO));
        restore(ONE, new OffsetAndMetadata(5));
        restore(TWO, new OffsetAndMetadata(5));
        partitions.receive(ONE, 5);
        partitions.finish(ONE, 5);

        // When
        Map<TopicPartition, OffsetAndMetadata> due = partitions.takeDue();

        // Then
        assertThat(due).containsExactly(Map.entry(ONE, new OffsetAndMetadata(6)));
        assertThat(partitions.takeDue()).isEmpty();
    }

    @Test
    void aCommitThatFailedIsDueAgain() {
        // Given
        partitions.assigned(Set.of(ONE));
        restore(ONE, new OffsetAndMetadata(5));
        partitions.advance(Map.of(ONE, new OffsetAndMetadata(9)));
        partitions.takeDue();

        // When
        partitions.commitFailed(Set.of(ONE));

        // Then
        assertThat(partitions.takeDue()).containsExactly(Map.entry(ONE, new OffsetAndMetadata(9)));
    }

    @Test
    void aLatePieceOfWorkForALostPartitionCommitsNothing() {
        // Given
        partitions.assigned(Set.of(ONE));
        restore(ONE, null);
        partitions.receive(ONE, 1);

        // When
        partitions.released(Set.of(ONE));
        partitions.finish(ONE, 1);

        // Then
        assertThat(partitions.hasChanges()).isFalse();
        assertThat(partitions.takeDue()).isEmpty();
    }

    @Test
    void aLatePieceOfWorkIsKnownWhenItsPartitionComesBack() {
        // Given
        partitions.assigned(Set.of(ONE));
        restore(ONE, null);
        partitions.receive(ONE, 1);
        partitions.receive(ONE, 2);
        partitions.released(Set.of(ONE));

        // When
        partitions.finish(ONE, 1);
        partitions.assigned(Set.of(ONE));
        restore(ONE, null);

        // Then
        assertThat(partitions.receive(ONE, 1)).isEmpty();
        assertThat(partitions.receive(ONE, 2)).isPresent();
    }

    @Test
    void aPartitionThatComesBackStartsFromWhatIsCommitted() {
        // Given
        partitions.assigned(Set.of(ONE));
        restore(ONE, new OffsetAndMetadata(1));
        partitions.receive(ONE, 1);
        partitions.receive(ONE, 2);
        partitions.finish(ONE, 2);
        OffsetAndMetadata committed = partitions.takeDue().get(ONE);
        partitions.released(Set.of(ONE));

        // When
        partitions.assigned(Set.of(ONE));
        restore(ONE, committed);

        // Then
        assertThat(partitions.receive(ONE, 1)).isPresent();
        assertThat(partitions.receive(ONE, 2)).isEmpty();
    }

    private void restore(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
        Map<TopicPartition, @Nullable OffsetAndMetadata> offsets = new HashMap<>();
        offsets.put(partition, offset);
        partitions.restore(offsets);
    }
}
