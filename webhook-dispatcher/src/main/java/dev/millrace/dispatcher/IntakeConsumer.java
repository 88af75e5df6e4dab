package dev.millrace.dispatcher;

import dev.millrace.kit.Connection;
import io.micronaut.configuration.kafka.config.AbstractKafkaConsumerConfiguration;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The listener's consumer: the pipeline's settings, and plain bytes, so that one that cannot be
 * decoded does not stop the poll. Micronaut finds it by the group's name.
 */
@Singleton
@Named(WebhookIntake.GROUP)
final class IntakeConsumer extends AbstractKafkaConsumerConfiguration<byte[], byte[]> {
    IntakeConsumer(Connection connection) {
        super(properties(connection));
    }

    private static Properties properties(Connection connection) {
        Properties properties = new Properties();
        properties.putAll(connection.consumer(WebhookIntake.GROUP));
        properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
        properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
        properties.put("fetch.max.bytes", Integer.toString(8 * 1024 * 1024));
        return properties;
    }
}
