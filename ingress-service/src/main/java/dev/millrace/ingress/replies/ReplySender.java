package dev.millrace.ingress.replies;

import dev.millrace.kit.telemetry.Hop;
import dev.millrace.kit.telemetry.TelemetryNames;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;

/**
 * Writes results to reply topics, and tells a destination at fault from a broker or registry that
 * is out.
 */
final class ReplySender {
    private final Producer<String, InferenceResult> producer;
    private final ReplyTopics topics;
    private final BiPredicate<String, String> mayReceive;
    private final BooleanSupplier brokerAnswers;
    private final Tracing tracing;

    /**
     * Sends for all tenants.
     *
     * @param producer whose sends block only briefly
     * @param mayReceive whether a tenant's result may go to a reply name
     */
    ReplySender(
            Producer<String, InferenceResult> producer,
            ReplyTopics topics,
            BiPredicate<String, String> mayReceive,
            BooleanSupplier brokerAnswers,
            Tracing tracing) {
        this.producer = producer;
        this.topics = topics;
        this.mayReceive = mayReceive;
        this.brokerAnswers = brokerAnswers;
        this.tracing = tracing;
    }

    /** Ends within the producer's delivery timeout, always with a value, on any thread. */
    CompletableFuture<Delivered> send(Delivery delivery) {
        if (!mayReceive.test(delivery.result().getTenant(), delivery.reply())) {
            return ended(new Delivered.Strike("not the tenant's own"));
        }
        String topic = Topics.replies(delivery.reply()).name();
        return switch (topics.presence(topic)) {
            case MISSING -> ended(new Delivered.Strike("no such topic"));
            case UNREACHABLE -> ended(new Delivered.Outage("broker"));
            case THERE -> write(topic, delivery);
        };
    }

    private CompletableFuture<Delivered> write(String topic, Delivery delivery) {
        InferenceResult result = delivery.result();
        Headers came = delivery.source().headers();
        Hop hop =
                tracing.send(TraceContext.of(came), topic)
                        .set(TelemetryNames.JOB, result.getJobId())
                        .set(TelemetryNames.TENANT, result.getTenant());
        ProducerRecord<String, InferenceResult> record =
                new ProducerRecord<>(
                        topic, null, result.getJobId(), result, hop.context().over(came));
        return written(topic, record)
                .whenComplete(
                        (delivered, never) -> {
                            if (!(delivered instanceof Delivered.Done)) {
                                hop.failed("not_written");
                            }
                            hop.close();
                        });
    }

    private CompletableFuture<Delivered> written(
            String topic, ProducerRecord<String, InferenceResult> record) {
        CompletableFuture<Delivered> ended = new CompletableFuture<>();
        try {
            var _ =
                    producer.send(
                            record,
                            (written, failure) ->
                                    ended.complete(
                                            failure == null
                                                    ? new Delivered.Done()
                                                    : explain(topic, failure)));
        } catch (RuntimeException e) {
            ended.complete(explain(topic, e));
        }
        return ended;
    }

    private Delivered explain(String topic, Throwable failure) {
        topics.doubt(topic);
        return switch (failure) {
            case RecordTooLargeException e -> new Delivered.Never("too large for its topic");
            case UnknownTopicOrPartitionException e -> new Delivered.Strike("no such topic");
            case InvalidTopicException e -> new Delivered.Strike("no such topic");
            case TopicAuthorizationException e -> new Delivered.Strike("closed to this service");
            default -> {
                boolean registryOut =
                        switch (RegistryErrors.kindOf(failure)) {
                            case UNAUTHORIZED -> true;
                            case OUTAGE -> !isKafkas(failure);
                            case UNKNOWN_ID, BAD_RECORD, OTHER -> false;
                        };
                yield registryOut || !brokerAnswers.getAsBoolean()
                        ? new Delivered.Outage(failure.getClass().getSimpleName())
                        : new Delivered.Strike(failure.getClass().getSimpleName());
            }
        };
    }

    /**
     * A broker's retriable error counts as the destination's fault while the broker answers
     * otherwise.
     */
    private static boolean isKafkas(Throwable failure) {
        return failure.getClass().getPackageName().startsWith("org.apache.kafka");
    }

    private static CompletableFuture<Delivered> ended(Delivered delivered) {
        return CompletableFuture.completedFuture(delivered);
    }
}
