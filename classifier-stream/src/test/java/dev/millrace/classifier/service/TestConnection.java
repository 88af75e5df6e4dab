package dev.millrace.classifier.service;

import dev.millrace.kit.Connection;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;

/** Points the service at the test's own broker and registry. */
@Factory
@Requires(property = "test.bootstrap")
final class TestConnection {
    @Singleton
    @Replaces(bean = Connection.class, factory = Wiring.class)
    Connection connection(
            @Value("${test.bootstrap}") String bootstrap,
            @Value("${test.registry}") String registry) {
        return Connection.to(bootstrap, registry);
    }
}
