package dev.millrace.ingress.replies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.replies.Receipts.Expected;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitingCallersTest {
    private static final Duration NOW = Duration.ofMillis(1);
    private final WaitingCallers callers = new WaitingCallers("one", 3, 100);

    @Test
    void theReturnAddressNamesTheInstanceItsPartitionAndTheRequest() {
        // Given
        callers.listenOn(2);

        // When
        Source source = callers.expect("job-1").source();

        // Then
        assertThat(source.getKind()).isEqualTo(SourceKind.HTTP);
        assertThat(source.getReplyPartition()).isEqualTo(2);
        assertThat(source.getTopic()).contains("one");
        assertThat(source.getOffset()).contains(101L);
    }

    @Test
    void twoCallersOfOneJobEachGetTheirOwnAnswer() {
        // Given
        Expected first = callers.expect("job-1");
        Expected second = callers.expect("job-1");

        // When
        callers.deliver(reply("job-1", ReceiptStatus.CONFLICT, second.source()));
        callers.deliver(reply("job-1", ReceiptStatus.ACCEPTED, first.source()));

        // Then
        assertThat(first.await(NOW).map(Receipt::getStatus)).contains(ReceiptStatus.ACCEPTED);
        assertThat(second.await(NOW).map(Receipt::getStatus)).contains(ReceiptStatus.CONFLICT);
    }

    @Test
    void aReceiptWithoutAnAddressIsForAllWhoWaitForTheJob() {
        // Given
        Expected first = callers.expect("job-1");
        Expected other = callers.expect("job-2");

        // When
        callers.deliver(reply("job-1", ReceiptStatus.ACCEPTED, null));

        // Then
        assertThat(first.await(NOW)).isPresent();
        assertThat(other.await(NOW)).isEmpty();
    }

    @Test
    void receiptsOfAnotherInstanceOrOfATopicAreNobodysHere() {
        // Given
        Expected mine = callers.expect("job-1");
        Source elsewhere =
                new Source(
                        SourceKind.HTTP, 0, "two", null, mine.source().getOffset().orElseThrow());
        Source intake =
                Source.newBuilder()
                        .setKind(SourceKind.INTAKE)
                        .setTopic("millrace.intake.acme")
                        .setPartition(0)
                        .setOffset(101L)
                        .build();

        // When
        callers.deliver(reply("job-1", ReceiptStatus.CONFLICT, elsewhere));
        callers.deliver(reply("job-1", ReceiptStatus.CONFLICT, intake));
        callers.deliver(reply("job-9", ReceiptStatus.CONFLICT, mine.source()));

        // Then
        assertThat(mine.await(NOW)).isEmpty();
    }

    @Test
    void whoeverIsBeyondTheBoundDoesNotWait() {
        // Given
        for (int i = 0; i < 3; i++) {
            callers.expect("job-" + i);
        }

        // When
        long started = System.nanoTime();
        Optional<Receipt> receipt = callers.expect("job-4").await(Duration.ofSeconds(30));

        // Then
        assertThat(receipt).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
        assertThat(callers.size()).isEqualTo(3);
    }

    @Test
    void aClosedWaitMakesRoom() {
        // Given
        Expected wait = callers.expect("job-1");

        // When
        wait.close();

        // Then
        assertThat(callers.size()).isZero();
    }

    private static IngressReply reply(String jobId, ReceiptStatus status, @Nullable Source source) {
        return new IngressReply(
                jobId,
                "acme",
                Receipt.newBuilder()
                        .setStatus(status)
                        .setAcceptedAt(Instant.EPOCH)
                        .setSource(source)
                        .build());
    }
}
