package dev.millrace.ingress.replies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.replies.DeliveryPolicy.Next.Bury;
import dev.millrace.ingress.replies.DeliveryPolicy.Next.Settled;
import dev.millrace.ingress.replies.DeliveryPolicy.Next.TryAt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryPolicyTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Delivered STRIKE = new Delivered.Strike("no such topic");
    private final DeliveryPolicy policy = new DeliveryPolicy(3, 10);

    @Test
    void aDeliveredResultIsSettled() {
        assertThat(policy.after(Deliveries.to("inbox"), new Delivered.Done(), 0, T0))
                .isEqualTo(new Settled());
    }

    @Test
    void aDestinationAtFaultIsTriedLaterAndLaterAndThenGivenUp() {
        // Given
        Delivery delivery = Deliveries.to("inbox");
        List<Duration> pauses = new ArrayList<>();

        // When
        DeliveryPolicy.Next next = policy.after(delivery, STRIKE, 0, T0);
        while (next instanceof TryAt(Instant when, Delivery again)) {
            pauses.add(Duration.between(T0, when));
            next = policy.after(again, STRIKE, 0, T0);
        }

        // Then
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(next).isEqualTo(new Bury("reply_undeliverable: no such topic", 3));
    }

    @Test
    void afterOneWasGivenUpTheOthersOfThatDestinationGoAtTheirFirstStrikeButNotThoseOfAnother() {
        // Given
        giveUp("inbox");

        // When
        DeliveryPolicy.Next same =
                policy.after(Deliveries.to("inbox"), STRIKE, 0, T0.plusSeconds(29));
        DeliveryPolicy.Next other =
                policy.after(Deliveries.to("audit"), STRIKE, 0, T0.plusSeconds(29));

        // Then
        assertThat(same).isInstanceOf(Bury.class);
        assertThat(other).isInstanceOf(TryAt.class);
    }

    @Test
    void aDestinationThatIsBackHasAllItsTriesAgain() {
        // Given
        giveUp("inbox");
        policy.after(Deliveries.to("inbox"), new Delivered.Done(), 0, T0.plusSeconds(5));

        // When
        DeliveryPolicy.Next next =
                policy.after(Deliveries.to("inbox"), STRIKE, 0, T0.plusSeconds(6));

        // Then
        assertThat(next).isInstanceOf(TryAt.class);
    }

    @Test
    void anOutageIsNobodysFaultHoweverLongItLasts() {
        // Given
        Delivery delivery = Deliveries.to("inbox");

        // When
        DeliveryPolicy.Next next = new TryAt(T0, delivery);
        for (int i = 0; i < 1_000; i++) {
            next = policy.after(((TryAt) next).delivery(), new Delivered.Outage("broker"), 0, T0);
        }

        // Then
        assertThat(next).isEqualTo(new TryAt(T0.plusSeconds(1), delivery));
    }

    @Test
    void aRecordThatCanNeverBeTakenIsNotTriedAgain() {
        assertThat(
                        policy.after(
                                Deliveries.to("inbox"),
                                new Delivered.Never("too large for its topic"),
                                0,
                                T0))
                .isEqualTo(new Bury("reply_undeliverable: too large for its topic", 1));
    }

    @Test
    void noMoreThanSoManyWaitForOneDestination() {
        assertThat(policy.after(Deliveries.to("inbox"), STRIKE, 10, T0)).isInstanceOf(Bury.class);
    }

    private void giveUp(String reply) {
        DeliveryPolicy.Next next = policy.after(Deliveries.to(reply), STRIKE, 0, T0);
        while (next instanceof TryAt(Instant when, Delivery again)) {
            next = policy.after(again, STRIKE, 0, T0);
        }
    }
}
