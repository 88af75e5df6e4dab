package dev.millrace.ingress;

import dev.millrace.ingress.broker.Clients;
import dev.millrace.ingress.broker.JobsClient;
import io.micronaut.configuration.kafka.config.KafkaProducerConfiguration;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;

/**
 * Gives the producer of {@link JobsClient} the same settings as this service's other clients have.
 */
@Singleton
@Requires(beans = Clients.class)
final class JobsProducerSettings
        implements BeanCreatedEventListener<KafkaProducerConfiguration<?, ?>> {
    private final Clients clients;

    JobsProducerSettings(Clients clients) {
        this.clients = clients;
    }

    @Override
    public KafkaProducerConfiguration<?, ?> onCreated(
            BeanCreatedEvent<KafkaProducerConfiguration<?, ?>> event) {
        KafkaProducerConfiguration<?, ?> configuration = event.getBean();
        if (event.getBeanIdentifier().getName().equals(JobsClient.NAME)) {
            configuration.getConfig().clear();
            configuration
                    .getConfig()
                    .putAll(clients.producer(JobsClient.NAME, KafkaWiring.MAX_BLOCK_MS));
        }
        return configuration;
    }
}
