package dev.millrace.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.job.Answers;
import dev.millrace.job.Usages;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Failed;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Timing;
import dev.millrace.workers.testing.Jobs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutcomeSenderTest {
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(
                    cluster(), false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final OutcomeSender sender =
            new OutcomeSender(producer, new ByKind(), Tracing.OFF, threads);

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    @Test
    void anOutcomeIsSafeWhenTheBrokerSaysSoAndNotBefore() {
        // When
        sender.send(report(Duration.ZERO), receipt());

        // Then
        assertThat(producer.history()).hasSize(1);
        assertThat(said).isEmpty();
        producer.completeNext();
        assertThat(said).containsExactly("acknowledged");
    }

    @Test
    void anOutcomeThatIsNotTakenIsSentAgainUntilItIs() {
        // Given
        sender.send(report(Duration.ZERO), receipt());

        // When
        producer.errorNext(new NotEnoughReplicasException("two of three are down"));

        // Then
        await().until(() -> producer.history().size() == 2);
        assertThat(said).isEmpty();
        producer.completeNext();
        await().untilAsserted(() -> assertThat(said).containsExactly("acknowledged"));
    }

    @Test
    void anOutcomeThatIsTooLargeBecomesAFailureThatSaysSo() {
        // Given
        sender.send(report(Duration.ZERO), receipt());

        // When
        producer.errorNext(new RecordTooLargeException("5 MiB"));
        await().until(() -> producer.history().size() == 2);
        producer.errorNext(new RecordTooLargeException("5 MiB"));

        // Then
        await().until(() -> producer.history().size() == 3);
        producer.completeNext();
        await().untilAsserted(() -> assertThat(said).containsExactly("acknowledged"));
        assertThat(sent()).containsExactly("succeeded", "succeeded", "failed");
    }

    @Test
    void anOutcomeThatIsToBeHeldBackKeepsNobodyWaiting() {
        // When
        sender.send(report(Duration.ofMillis(100)), receipt());

        // Then
        assertThat(producer.history()).isEmpty();
        await().until(() -> producer.history().size() == 1);
        producer.completeNext();
        await().untilAsserted(() -> assertThat(said).containsExactly("acknowledged"));
    }

    @Test
    void whatIsOnItsWayWhenTheWorkerLeavesIsGivenUp() {
        // Given an outcome that waits to be sent, and one that failed after the threads had ended
        sender.send(report(Duration.ofSeconds(30)), receipt());
        sender.send(report(Duration.ZERO), receipt());

        // When
        threads.shutdownNow();
        producer.errorNext(new NotEnoughReplicasException("still down"));

        // Then
        await().untilAsserted(() -> assertThat(said).containsExactly("given up", "given up"));
    }

    private OutcomeSender.Receipt receipt() {
        return new OutcomeSender.Receipt() {
            @Override
            public void acknowledged() {
                said.add("acknowledged");
            }

            @Override
            public void givenUp() {
                said.add("given up");
            }
        };
    }

    private List<String> sent() {
        List<String> kinds = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : producer.history()) {
            kinds.add(new String(record.value(), StandardCharsets.UTF_8));
        }
        return kinds;
    }

    private static AttemptEnd.Report report(Duration hold) {
        Outcome outcome =
                new Outcome(
                        "job",
                        "acme",
                        "lane",
                        "model",
                        1,
                        "worker",
                        Usages.of(1L, 0L, 1L, 0L, false),
                        new Timing(Jobs.NOW, 1L, 1L, 1L),
                        Answers.of("answer", "stop"));
        return new AttemptEnd.Report(outcome, 0, new RecordHeaders(), hold);
    }

    private static Cluster cluster() {
        Node node = new Node(1, "localhost", 9092);
        Node[] replicas = {node};
        return new Cluster(
                "test",
                List.of(node),
                List.of(new PartitionInfo(Topics.OUTCOMES.name(), 0, node, replicas, replicas)),
                Set.of(),
                Set.of());
    }

    /** Says which kind of outcome it was. */
    private static final class ByKind implements Serializer<Outcome> {
        @Override
        public byte[] serialize(String topic, Outcome outcome) {
            String kind = outcome.getBody() instanceof Failed ? "failed" : "succeeded";
            return kind.getBytes(StandardCharsets.UTF_8);
        }
    }
}
