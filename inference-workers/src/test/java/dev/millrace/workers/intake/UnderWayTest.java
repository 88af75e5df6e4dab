package dev.millrace.workers.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.v1.Band;
import dev.millrace.workers.intake.UnderWay.Fate;
import dev.millrace.workers.intake.UnderWay.HandedOver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class UnderWayTest {
    private static final TopicPartition ONE = new TopicPartition("lane", 0);

    private final AtomicLong now = new AtomicLong();
    private final UnderWay underWay = new UnderWay(now::get);

    @Test
    void whatEndsInAPartitionOfOursIsNobodyElsesConcern() {
        // Given
        underWay.begin(job(0, 5));

        // When
        boolean awaited = underWay.end(job(0, 5), true);

        // Then
        assertThat(awaited).isFalse();
        assertThat(underWay.handedOver()).isEmpty();
        assertThat(underWay.count()).isZero();
    }

    @Test
    void theNextOwnerIsToldWhatRunsAndWhatBecameOfIt() {
        // Given
        underWay.begin(job(0, 5));
        underWay.begin(job(0, 6));
        underWay.begin(job(1, 7));

        // When
        boolean any = underWay.handOver(Set.of(ONE));

        // Then
        assertThat(any).isTrue();
        assertThat(underWay.handedOver())
                .containsExactlyInAnyOrder(
                        handedOver(5, Fate.RUNNING), handedOver(6, Fate.RUNNING));
        assertThat(underWay.end(job(0, 5), true)).isTrue();
        assertThat(underWay.end(job(0, 6), false)).isTrue();
        assertThat(underWay.handedOver())
                .containsExactlyInAnyOrder(handedOver(5, Fate.DONE), handedOver(6, Fate.GIVEN_UP));
    }

    @Test
    void anEndIsForgottenAfterAWhileButARunningJobIsNot() {
        // Given
        underWay.begin(job(0, 5));
        underWay.begin(job(0, 6));
        underWay.handOver(Set.of(ONE));
        underWay.end(job(0, 5), true);

        // When
        now.addAndGet(Duration.ofMinutes(1).toNanos());

        // Then
        assertThat(underWay.handedOver()).containsExactly(handedOver(6, Fate.RUNNING));
    }

    @Test
    void aStartIsToldOnce() {
        underWay.begin(job(0, 5));

        assertThat(underWay.hasStarted()).isTrue();
        assertThat(underWay.takeStarted()).containsExactly(ONE);
        assertThat(underWay.takeStarted()).isEmpty();
    }

    private static HandedOver handedOver(long offset, Fate fate) {
        return new HandedOver(new Place("lane", 0, offset), fate);
    }

    private static LaneJob job(int partition, long offset) {
        return new LaneJob(
                new ConsumerRecord<>("lane", partition, offset, "job-" + offset, new byte[0]),
                Band.STANDARD);
    }
}
