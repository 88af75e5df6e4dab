package dev.millrace.ingress.broker;

import dev.millrace.v1.JobCommand;
import io.micronaut.configuration.kafka.annotation.KafkaClient;
import io.micronaut.configuration.kafka.annotation.KafkaKey;
import io.micronaut.configuration.kafka.annotation.Topic;
import io.micronaut.messaging.annotation.MessageBody;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;

/**
 * Writes jobs, keyed by tenant; its producer is set up in {@code KafkaWiring} under the same name.
 */
@KafkaClient(JobsClient.NAME)
public interface JobsClient {
    String NAME = "jobs";

    /** Ends when all in-sync replicas have the record. */
    CompletableFuture<RecordMetadata> send(
            @Topic String topic,
            @KafkaKey String tenant,
            @MessageBody JobCommand command,
            Collection<Header> headers);
}
