package dev.millrace.ingress.replies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.FakeDeadLetters;
import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.ManualClock;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.InferenceResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class ReplyTasksTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final MockProducer<String, InferenceResult> producer =
            new MockProducer<>(false, null, new StringSerializer(), (topic, result) -> new byte[0]);
    private final FakeReplyTopics topics = new FakeReplyTopics();
    private final FakeDeadLetters deadLetters = new FakeDeadLetters();
    private final Set<String> notOwn = new HashSet<>();
    private boolean brokerAnswers = true;
    private final ReplyTasks tasks =
            new ReplyTasks(
                    new ReplySender(
                            producer,
                            topics,
                            (tenant, reply) -> !notOwn.contains(reply),
                            () -> brokerAnswers,
                            Tracing.OFF),
                    deadLetters,
                    new DeliveryPolicy(3, 100),
                    clock,
                    new IngressMetrics(new SimpleMeterRegistry(), () -> 0, () -> 0));
    private final OpenOffsets offsets = new OpenOffsets();

    @Test
    void aResultGoesToEachOfItsReplyTopicsUnderItsJobsId() {
        // When
        tasks.deliver(
                Deliveries.record(5),
                Deliveries.result("job-1", "inbox", "audit", "inbox"),
                offsets);

        // Then
        assertThat(producer.history())
                .extracting(ProducerRecord::topic)
                .containsExactly("millrace.replies.inbox", "millrace.replies.audit");
        assertThat(producer.history()).extracting(ProducerRecord::key).containsOnly("job-1");
        assertThat(offsets.first()).hasValue(5);
        producer.completeNext();
        tasks.settle();
        assertThat(offsets.first()).hasValue(5);
        producer.completeNext();
        tasks.settle();
        assertThat(offsets.first()).isEmpty();
        assertThat(tasks.isIdle()).isTrue();
    }

    @Test
    void aResultWithoutReplyTopicsIsDoneAtOnce() {
        // When
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1"), offsets);

        // Then
        assertThat(offsets.first()).isEmpty();
        assertThat(tasks.isIdle()).isTrue();
    }

    @Test
    void aDeletedTopicIsGivenUpAsADeadLetterWhileOthersGoOn() {
        // Given
        topics.missing.add("millrace.replies.gone");
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "gone"), offsets);
        tasks.deliver(Deliveries.record(6), Deliveries.result("job-2", "inbox"), offsets);

        // When
        producer.completeNext();
        afterMany(Duration.ofSeconds(1));

        // Then
        assertThat(producer.history())
                .extracting(ProducerRecord::topic)
                .containsExactly("millrace.replies.inbox");
        assertThat(deadLetters.reasons()).containsExactly("reply_undeliverable: no such topic");
        assertThat(deadLetters.letters().getFirst().key()).isEqualTo("millrace.results/0/5");
        assertThat(offsets.first()).isEmpty();
        assertThat(tasks.isIdle()).isTrue();
    }

    @Test
    void aTopicThatComesInTimeGetsItsResult() {
        // Given
        topics.missing.add("millrace.replies.late");
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "late"), offsets);
        tasks.settle();

        // When
        topics.missing.clear();
        clock.advance(Duration.ofSeconds(1));
        tasks.settle();
        producer.completeNext();
        tasks.settle();

        // Then
        assertThat(offsets.first()).isEmpty();
        assertThat(deadLetters.letters()).isEmpty();
    }

    @Test
    void aReplyNameThatIsNoLongerTheTenantsGetsNothing() {
        // Given
        notOwn.add("theirs");

        // When
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "theirs"), offsets);
        afterMany(Duration.ofSeconds(1));

        // Then
        assertThat(producer.history()).isEmpty();
        assertThat(deadLetters.reasons())
                .containsExactly("reply_undeliverable: not the tenant's own");
    }

    @Test
    void aBrokerOutageIsWaitedOutWithoutADeadLetter() {
        // Given
        brokerAnswers = false;
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "inbox"), offsets);

        // When
        for (int i = 0; i < 50; i++) {
            producer.errorNext(new TimeoutException("no answer"));
            tasks.settle();
            clock.advance(Duration.ofSeconds(1));
            tasks.settle();
        }
        brokerAnswers = true;
        producer.completeNext();
        tasks.settle();

        // Then
        assertThat(deadLetters.letters()).isEmpty();
        assertThat(offsets.first()).isEmpty();
    }

    @Test
    void anAnswerThatIsTooLargeForItsTopicIsADeadLetterAtOnce() {
        // Given
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "inbox"), offsets);

        // When
        producer.errorNext(new RecordTooLargeException("4 MiB"));
        tasks.settle();
        tasks.settle();

        // Then
        assertThat(deadLetters.reasons())
                .containsExactly("reply_undeliverable: too large for its topic");
        assertThat(offsets.first()).isEmpty();
    }

    @Test
    void aDeadLetterThatCannotBeWrittenNowIsWrittenLater() {
        // Given
        deadLetters.answer(new Sent.NotNow("TimeoutException", true));
        tasks.bury(Deliveries.record(5), "undecodable: x", 1, offsets);
        tasks.settle();
        assertThat(offsets.first()).hasValue(5);

        // When
        deadLetters.answer(new Sent.Acknowledged());
        clock.advance(Duration.ofSeconds(1));
        tasks.settle();
        tasks.settle();

        // Then
        assertThat(deadLetters.reasons()).containsExactly("undecodable: x");
        assertThat(offsets.first()).isEmpty();
    }

    @Test
    void whatWaitsForAPartitionThatWentAwayIsForgotten() {
        // Given
        topics.missing.add("millrace.replies.gone");
        tasks.deliver(Deliveries.record(5), Deliveries.result("job-1", "gone"), offsets);
        tasks.settle();

        // When
        tasks.forget(List.of(new TopicPartition("millrace.results", 0)));
        afterMany(Duration.ofSeconds(1));

        // Then
        assertThat(deadLetters.letters()).isEmpty();
        assertThat(tasks.isIdle()).isTrue();
    }

    private void afterMany(Duration pause) {
        for (int i = 0; i < 10; i++) {
            tasks.settle();
            clock.advance(pause);
        }
    }

    private static final class FakeReplyTopics implements ReplyTopics {
        private final Set<String> missing = new HashSet<>();

        @Override
        public Presence presence(String topic) {
            return missing.contains(topic) ? Presence.MISSING : Presence.THERE;
        }

        @Override
        public void doubt(String topic) {}
    }
}
