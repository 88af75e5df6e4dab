package dev.millrace.dispatcher;

import dev.millrace.dispatcher.policy.RetrySchedule;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * What can be set in {@code application.yml} under {@code dispatcher}; where to find Kafka and
 * PostgreSQL comes from the environment.
 *
 * @param instance this process's name among the dispatchers of a database, which a restart keeps;
 *     the host's name where it is empty
 * @param attempts for one delivery, the first included
 * @param firstRetry the pause behind the first failed attempt
 * @param retryFactor how much longer each further pause is
 * @param longestRetry no pause is longer, also none that an endpoint asks for
 * @param connectTimeout for the connection alone
 * @param attemptTimeout for all of an attempt
 * @param lease after which a delivery that a process took and did not finish is due again
 * @param slots attempts at once
 * @param slotsPerEndpoint attempts at once to one endpoint
 * @param payloadKib payloads in memory at once, in KiB
 * @param allowLoopbackCallbacks whether a webhook may go to this machine; for a stack on one
 *     machine only
 * @param contentRetention after which payloads are purged: at most seven days
 * @param connections of the database pool
 */
@ConfigurationProperties("dispatcher")
public record DispatcherSettings(
        @Bindable(defaultValue = "") String instance,
        @Bindable(defaultValue = "8") int attempts,
        @Bindable(defaultValue = "1s") Duration firstRetry,
        @Bindable(defaultValue = "4") int retryFactor,
        @Bindable(defaultValue = "6h") Duration longestRetry,
        @Bindable(defaultValue = "5s") Duration connectTimeout,
        @Bindable(defaultValue = "15s") Duration attemptTimeout,
        @Bindable(defaultValue = "2m") Duration lease,
        @Bindable(defaultValue = "256") int slots,
        @Bindable(defaultValue = "8") int slotsPerEndpoint,
        @Bindable(defaultValue = "24576") int payloadKib,
        @Bindable(defaultValue = "false") boolean allowLoopbackCallbacks,
        @Bindable(defaultValue = "7d") Duration contentRetention,
        @Bindable(defaultValue = "6") int connections) {

    /** An attempt's look-up, wait for memory and record, beside its own time. */
    static final Duration AROUND_AN_ATTEMPT = Duration.ofSeconds(30);

    private static final Duration LONGEST_RETENTION = Duration.ofDays(7);
    private static final int LARGEST_PAYLOAD_KIB = 8 * 1024;

    public DispatcherSettings {
        if (attemptTimeout.compareTo(connectTimeout) < 0
                || connectTimeout.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "dispatcher.connect-timeout is 1 ms to dispatcher.attempt-timeout");
        }
        if (lease.compareTo(attemptTimeout.plus(AROUND_AN_ATTEMPT)) < 0) {
            throw new IllegalArgumentException(
                    "dispatcher.lease is at least dispatcher.attempt-timeout and 30 s");
        }
        if (slotsPerEndpoint < 1 || slots < slotsPerEndpoint || slots > 10_000) {
            throw new IllegalArgumentException(
                    "dispatcher.slots is dispatcher.slots-per-endpoint to 10000");
        }
        if (payloadKib < LARGEST_PAYLOAD_KIB) {
            throw new IllegalArgumentException(
                    "dispatcher.payload-kib is at least " + LARGEST_PAYLOAD_KIB);
        }
        if (contentRetention.isNegative() || contentRetention.compareTo(LONGEST_RETENTION) > 0) {
            throw new IllegalArgumentException("dispatcher.content-retention is 0 to 7 days");
        }
        if (connections < 2 || connections > 64) {
            throw new IllegalArgumentException("dispatcher.connections is 2 to 64");
        }
        // says what is wrong with the schedule at start
        schedule(attempts, firstRetry, retryFactor, longestRetry);
    }

    RetrySchedule schedule() {
        return schedule(attempts, firstRetry, retryFactor, longestRetry);
    }

    private static RetrySchedule schedule(
            int attempts, Duration first, int factor, Duration longest) {
        return new RetrySchedule(attempts, first, factor, longest);
    }
}
