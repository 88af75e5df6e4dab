package dev.millrace.local.apply;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Tenant;
import dev.millrace.kit.Connection;
import dev.millrace.serde.RegistryClient;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Registers the schemas of the topics that others write and read, so that a client in any language
 * finds them before the first record, and sets how each may evolve.
 */
final class ContractSubjects {
    /** What producers outside write: old records stay readable. */
    private static final String INPUT = "BACKWARD_TRANSITIVE";

    /** What consumers outside read: old readers keep working too. */
    private static final String OUTPUT = "FULL_TRANSITIVE";

    private final Connection connection;

    ContractSubjects(Connection connection) {
        this.connection = connection;
    }

    void register(Catalog catalog) {
        try (RegistryClient registry = RegistryClient.of(connection.reader())) {
            for (Tenant tenant : catalog.tenants().values()) {
                register(registry, Topics.intake(tenant.name()), INPUT);
                tenant.replies()
                        .forEach(reply -> register(registry, Topics.replies(reply), OUTPUT));
            }
            List<Topic<? extends SpecificRecord>> outputs = new ArrayList<>();
            outputs.add(Topics.RESULTS);
            outputs.add(Topics.WEBHOOKS);
            outputs.add(Topics.USAGE);
            outputs.add(Topics.TOKENS);
            outputs.forEach(topic -> register(registry, topic, OUTPUT));
        }
    }

    private static void register(
            RegistryClient registry, Topic<? extends SpecificRecord> topic, String compatibility) {
        int id =
                registry.register(
                        topic.subject(),
                        SpecificData.getForClass(topic.value()).getSchema(topic.value()),
                        false);
        if (id < 0) {
            throw new IllegalStateException("subject=" + topic.subject() + " has no id");
        }
        registry.setCompatibility(topic.subject(), compatibility);
    }
}
