package dev.millrace.ingress;

import dev.millrace.ingress.intake.TopicIds;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.reading.UnknownSchemas;
import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.v1.InferenceJob;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/** The service without Kafka, registry and database, for tests of its HTTP side. */
@Factory
@Requires(property = KafkaWiring.CONNECT, value = "false")
final class FakeWiring {
    @Singleton
    FakeJobLog jobLog() {
        return new FakeJobLog();
    }

    @Singleton
    FakeStoredJobs storedJobs() {
        return new FakeStoredJobs();
    }

    @Singleton
    FakeIssuedKeys issuedKeys() {
        return new FakeIssuedKeys();
    }

    @Singleton
    IngressFlow.Ports ports(
            FakeJobLog jobs, FakeStoredJobs stored, WaitingCallers callers, OpenWaits waits) {
        return new IngressFlow.Ports(
                () -> Examples.CATALOG, jobs, callers, stored, new FixedTopicIds(), waits);
    }

    @Singleton
    SchemaGate<InferenceJob> records(Clock clock) {
        return new SchemaGate<>(
                (topic, bytes) -> {
                    throw new UnsupportedOperationException("no topics here");
                },
                new UnknownSchemas.Patience(Duration.ofSeconds(1), Duration.ofSeconds(2), 2),
                clock);
    }

    /** Every topic is its own id. */
    static final class FixedTopicIds implements TopicIds {
        @Override
        public Optional<String> idOf(String topic) {
            return Optional.of("id-of-" + topic);
        }

        @Override
        public void forget(Collection<String> topics) {}
    }
}
