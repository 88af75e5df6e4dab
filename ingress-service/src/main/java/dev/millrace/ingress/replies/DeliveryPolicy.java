package dev.millrace.ingress.replies;

import dev.millrace.ingress.replies.DeliveryPolicy.Next.Bury;
import dev.millrace.ingress.replies.DeliveryPolicy.Next.Settled;
import dev.millrace.ingress.replies.DeliveryPolicy.Next.TryAt;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What to do after an attempt. A destination that is at fault gets a few more tries; once one of
 * its deliveries has been given up, the others are given up at their first strike for a while, so
 * that a deleted topic costs nobody else anything. Not thread-safe.
 */
final class DeliveryPolicy {
    static final String REASON = "reply_undeliverable";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);
    private static final Duration OUTAGE_PAUSE = Duration.ofSeconds(1);
    private static final Duration GIVEN_UP_FOR = Duration.ofSeconds(30);

    private final int attempts;
    private final int mostWaiting;
    private final Map<String, Instant> givenUpUntil = new HashMap<>();

    /** What follows an attempt. */
    sealed interface Next {

        record Settled() implements Next {}

        record TryAt(Instant when, Delivery delivery) implements Next {}

        record Bury(String reason, int attempts) implements Next {}
    }

    /**
     * Decides for all destinations.
     *
     * @param attempts strikes after which a delivery is given up
     * @param mostWaiting deliveries that may wait for one destination at fault
     */
    DeliveryPolicy(int attempts, int mostWaiting) {
        this.attempts = attempts;
        this.mostWaiting = mostWaiting;
    }

    /**
     * Decides.
     *
     * @param waiting deliveries that wait for this one's destination already
     */
    Next after(Delivery delivery, Delivered delivered, int waiting, Instant now) {
        return switch (delivered) {
            case Delivered.Done done -> {
                givenUpUntil.remove(delivery.reply());
                yield new Settled();
            }
            case Delivered.Outage outage -> new TryAt(now.plus(OUTAGE_PAUSE), delivery);
            case Delivered.Never(String reason) ->
                    new Bury(REASON + ": " + reason, delivery.strikes() + 1);
            case Delivered.Strike(String reason) -> strike(delivery.struck(), reason, waiting, now);
        };
    }

    private Next strike(Delivery struck, String reason, int waiting, Instant now) {
        boolean givenUp =
                struck.strikes() >= attempts
                        || now.isBefore(givenUpUntil.getOrDefault(struck.reply(), Instant.MIN));
        if (givenUp) {
            givenUpUntil.values().removeIf(until -> !now.isBefore(until));
            givenUpUntil.put(struck.reply(), now.plus(GIVEN_UP_FOR));
        }
        return givenUp || waiting >= mostWaiting
                ? new Bury(REASON + ": " + reason, struck.strikes())
                : new TryAt(now.plus(pause(struck.strikes())), struck);
    }

    private static Duration pause(int strikes) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(strikes - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }
}
