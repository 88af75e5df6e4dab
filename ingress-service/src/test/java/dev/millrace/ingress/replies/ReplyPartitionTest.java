package dev.millrace.ingress.replies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReplyPartitionTest {

    @Property
    void anInstanceAlwaysReadsTheSamePartition(
            @ForAll String name, @ForAll @IntRange(min = 1, max = 64) int partitions) {
        int partition = ReceiptSteps.partitionOf(name, -1, partitions);

        assertThat(partition).isBetween(0, partitions - 1);
        assertThat(ReceiptSteps.partitionOf(name, -1, partitions)).isEqualTo(partition);
    }

    @Test
    void aChosenPartitionMustExist() {
        assertThat(ReceiptSteps.partitionOf("one", 3, 4)).isEqualTo(3);
        assertThatThrownBy(() -> ReceiptSteps.partitionOf("one", 4, 4))
                .hasMessageContaining("the topic has 4 partitions");
    }
}
