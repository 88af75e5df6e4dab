package dev.millrace.local.demo;

import dev.millrace.job.Messages;
import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Posts jobs as any team with a Kafka client does: a plain producer on the tenant's intake topic.
 */
final class TopicPoster implements AutoCloseable {
    private final KafkaProducer<String, InferenceJob> producer;

    TopicPoster(Connection connection) {
        this.producer = new KafkaProducer<>(connection.producer());
    }

    void post(DemoJob job, Map<String, String> metadata)
            throws InterruptedException, ExecutionException, TimeoutException {
        InferenceJob record =
                InferenceJob.newBuilder()
                        .setModel(job.model())
                        .setMessages(List.of(Messages.of("user", job.prompt())))
                        .setMetadata(metadata)
                        .build();
        Future<RecordMetadata> sent =
                producer.send(new ProducerRecord<>(Topics.intake(job.tenant()).name(), record));
        sent.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        producer.close();
    }
}
