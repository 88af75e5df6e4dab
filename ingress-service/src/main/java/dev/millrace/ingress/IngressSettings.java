package dev.millrace.ingress;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * The service's own settings; where Kafka, the registry and the database are comes from the
 * environment alone.
 *
 * @param instance this instance's name, unlike that of any other instance; the host's name where
 *     none is given
 * @param replyPartition the partition of receipts that this instance reads; -1: by a hash of its
 *     name
 * @param idKeyFile holds the secret of job ids, the same for all instances: at least 16 bytes
 * @param maxBodyBytes the largest body of a request
 * @param bodiesInFlightBytes the bodies of all jobs that are being accepted at once
 * @param receiptPatience how long a caller waits for admission's receipt
 * @param maxWaiting callers that wait for a receipt at once
 * @param waitLimit how long a caller may wait for a job's end, streamed or not; below the server's
 *     idle timeout
 * @param maxWaits callers that wait for a job's end at once
 * @param deliveryTimeout how long a record may take to reach the broker
 * @param schemaGrace how long an unknown schema id may become known before its records are dead
 *     letters
 * @param schemaWindow in which different unknown schema ids count as being unknown at once
 * @param schemaHalt so many unknown schema ids at once halt the partitions that have them
 * @param replyAttempts how often a reply is tried while its destination is at fault
 * @param topicsPatience how long the service waits at its start for its topics to be there
 * @param dbConnections connections to the database
 */
@ConfigurationProperties("millrace.ingress")
public record IngressSettings(
        @Bindable(defaultValue = "") String instance,
        @Bindable(defaultValue = "-1") int replyPartition,
        @Bindable(defaultValue = "") String idKeyFile,
        @Bindable(defaultValue = "1048576") int maxBodyBytes,
        @Bindable(defaultValue = "16777216") int bodiesInFlightBytes,
        @Bindable(defaultValue = "250ms") Duration receiptPatience,
        @Bindable(defaultValue = "10000") int maxWaiting,
        @Bindable(defaultValue = "9m") Duration waitLimit,
        @Bindable(defaultValue = "11000") int maxWaits,
        @Bindable(defaultValue = "10s") Duration deliveryTimeout,
        @Bindable(defaultValue = "10s") Duration schemaGrace,
        @Bindable(defaultValue = "60s") Duration schemaWindow,
        @Bindable(defaultValue = "8") int schemaHalt,
        @Bindable(defaultValue = "5") int replyAttempts,
        @Bindable(defaultValue = "60s") Duration topicsPatience,
        @Bindable(defaultValue = "4") int dbConnections) {

    public IngressSettings {
        instance = instance.isBlank() ? hostName() : instance;
        check(!idKeyFile.isBlank(), "id-key-file", "MILLRACE_ID_KEY_FILE must name a file");
        check(replyPartition >= -1, "reply-partition", "must be -1 or a partition");
        check(maxBodyBytes >= 1024, "max-body-bytes", "must be at least 1024");
        check(
                bodiesInFlightBytes >= maxBodyBytes,
                "bodies-in-flight-bytes",
                "must be at least max-body-bytes");
        check(isPositive(receiptPatience), "receipt-patience", "must be above 0");
        check(maxWaiting >= 1, "max-waiting", "must be at least 1");
        check(isPositive(waitLimit), "wait-limit", "must be above 0");
        check(maxWaits >= 1, "max-waits", "must be at least 1");
        check(
                deliveryTimeout.compareTo(Duration.ofSeconds(1)) >= 0,
                "delivery-timeout",
                "must be at least 1s");
        check(!schemaGrace.isNegative(), "schema-grace", "must not be negative");
        check(
                schemaWindow.compareTo(schemaGrace) >= 0,
                "schema-window",
                "must be at least schema-grace");
        check(schemaHalt >= 2, "schema-halt", "must be at least 2");
        check(replyAttempts >= 1, "reply-attempts", "must be at least 1");
        check(isPositive(topicsPatience), "topics-patience", "must be above 0");
        check(dbConnections >= 1, "db-connections", "must be at least 1");
    }

    private static void check(boolean legal, String name, String rule) {
        if (!legal) {
            throw new IllegalArgumentException("millrace.ingress." + name + " " + rule);
        }
    }

    private static boolean isPositive(Duration duration) {
        return duration.compareTo(Duration.ZERO) > 0;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
