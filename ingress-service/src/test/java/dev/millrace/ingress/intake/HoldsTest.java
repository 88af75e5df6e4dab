package dev.millrace.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.intake.Verdict.Cause;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class HoldsTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final TopicPartition A = new TopicPartition("millrace.intake.acme", 0);
    private static final TopicPartition B = new TopicPartition("millrace.intake.acme", 1);
    private final Holds holds = new Holds();

    @Test
    void aHeldPartitionIsTriedAgainAfterItsPauseAndCountsAsHeldUntilItGetsOn() {
        // Given
        holds.hold(A, Cause.UNKNOWN_TENANT, T0);

        // When
        boolean early = holds.due(T0.plusMillis(999)).isEmpty();
        boolean due = holds.due(T0.plusSeconds(1)).contains(A);

        // Then
        assertThat(early).isTrue();
        assertThat(due).isTrue();
        assertThat(holds.due(T0.plusSeconds(2))).as("tried once for each hold").isEmpty();
        assertThat(holds.size()).isEqualTo(1);
        assertThat(holds.release(A)).isTrue();
        assertThat(holds.release(A)).isFalse();
        assertThat(holds.size()).isZero();
    }

    @Test
    void whyAPartitionWaitsIsSaidOnceAndThenNowAndAgain() {
        assertThat(holds.hold(A, Cause.REGISTRY_DOWN, T0)).isTrue();
        assertThat(holds.hold(A, Cause.REGISTRY_DOWN, T0.plusSeconds(1))).isFalse();
        assertThat(holds.hold(A, Cause.REGISTRY_DOWN, T0.plusSeconds(29))).isFalse();
        assertThat(holds.hold(A, Cause.REGISTRY_DOWN, T0.plusSeconds(30))).isTrue();
        assertThat(holds.hold(A, Cause.UNKNOWN_SCHEMA, T0.plusSeconds(31))).isTrue();
    }

    @Test
    void partitionsThatWentAwayAreForgotten() {
        // Given
        holds.hold(A, Cause.HALTED, T0);
        holds.hold(B, Cause.UNKNOWN_TENANT, T0);

        // When
        holds.forget(List.of(A));

        // Then
        assertThat(holds.causes()).containsExactly(Cause.UNKNOWN_TENANT);
    }
}
