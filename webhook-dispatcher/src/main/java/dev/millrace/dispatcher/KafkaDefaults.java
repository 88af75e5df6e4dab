package dev.millrace.dispatcher;

import dev.millrace.kit.Connection;
import io.micronaut.configuration.kafka.config.KafkaDefaultConfiguration;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;

/**
 * Whatever client Micronaut makes for itself goes to the broker, and with the credentials, that the
 * environment names.
 */
@Singleton
final class KafkaDefaults implements BeanCreatedEventListener<KafkaDefaultConfiguration> {
    private final Connection connection;

    KafkaDefaults(Connection connection) {
        this.connection = connection;
    }

    @Override
    public KafkaDefaultConfiguration onCreated(BeanCreatedEvent<KafkaDefaultConfiguration> event) {
        KafkaDefaultConfiguration defaults = event.getBean();
        connection.admin().forEach((name, value) -> defaults.getConfig().put(name, value));
        return defaults;
    }
}
