package dev.millrace.ingress.broker;

import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.jobs.DeadLetters;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.DeadLetter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters' topic. A record that is too large even for it goes without its value, and says
 * so.
 */
public final class KafkaDeadLetters implements DeadLetters, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaDeadLetters.class);
    private final Producer<byte[], byte[]> producer;
    private final IngressMetrics metrics;

    public KafkaDeadLetters(Producer<byte[], byte[]> producer, IngressMetrics metrics) {
        this.producer = producer;
        this.metrics = metrics;
    }

    @Override
    public CompletableFuture<Sent> bury(DeadLetter letter, Headers original) {
        return write(letter.toRecord(original))
                .thenCompose(
                        sent ->
                                sent instanceof Sent.Never && letter.value() != null
                                        ? write(withoutValue(letter).toRecord(new RecordHeaders()))
                                        : CompletableFuture.completedFuture(sent))
                .thenApply(sent -> told(letter, sent));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }

    private CompletableFuture<Sent> write(ProducerRecord<byte[], byte[]> record) {
        CompletableFuture<Sent> sent = new CompletableFuture<>();
        try {
            var _ =
                    producer.send(
                            record,
                            (written, failure) ->
                                    sent.complete(
                                            failure == null
                                                    ? new Sent.Acknowledged()
                                                    : Sent.failed(failure)));
        } catch (RuntimeException e) {
            sent.complete(Sent.failed(e));
        }
        return sent;
    }

    private static DeadLetter withoutValue(DeadLetter letter) {
        int bytes = letter.value() == null ? 0 : letter.value().length;
        return new DeadLetter(
                letter.topic(),
                letter.partition(),
                letter.offset(),
                letter.reason() + " (its " + bytes + " bytes do not fit here)",
                letter.attempts(),
                null);
    }

    private Sent told(DeadLetter letter, Sent sent) {
        String word = word(letter.reason());
        if (sent instanceof Sent.Acknowledged) {
            metrics.buried(word);
        }
        LOG.warn("dead_letter={} at={} written={}", word, letter.key(), sent);
        return sent;
    }

    private static String word(String reason) {
        int colon = reason.indexOf(':');
        return colon < 0 ? reason : reason.substring(0, colon);
    }
}
