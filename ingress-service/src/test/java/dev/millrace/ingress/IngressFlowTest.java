package dev.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.intake.TopicIds;
import dev.millrace.ingress.intake.Verdict;
import dev.millrace.ingress.intake.Verdict.Cause;
import dev.millrace.ingress.jobs.JobIds;
import dev.millrace.ingress.reading.SchemaGate;
import dev.millrace.ingress.reading.UnknownSchemas;
import dev.millrace.ingress.replies.WaitingCallers;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

/** What becomes of intake records, with a deserializer that hands out the job at hand. */
class IngressFlowTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final ManualClock clock = new ManualClock(NOW);
    private final JobIds ids = new JobIds(Examples.secret(), clock, new Random(1));
    private final FakeJobLog jobs = new FakeJobLog();
    private Optional<InferenceJob> onTopic = Optional.empty();
    private Optional<String> topicId = Optional.of("T1");
    private final IngressFlow flow =
            new IngressFlow(
                    new IngressFlow.Ports(
                            () -> Examples.CATALOG,
                            jobs,
                            new WaitingCallers("one", 10, 0),
                            new FakeStoredJobs(),
                            new CurrentTopicId(),
                            new OpenWaits(10, System::nanoTime)),
                    ids,
                    clock,
                    new SchemaGate<>(
                            (topic, bytes) ->
                                    onTopic.orElseThrow(() -> new SerializationException("poison")),
                            new UnknownSchemas.Patience(
                                    Duration.ofSeconds(10), Duration.ofSeconds(60), 8),
                            clock),
                    Duration.ofMillis(1));

    @Test
    void aRecordsTenantIsItsTopicsAndItsJobIsNamedAfterItsPlace() {
        // Given
        onTopic = Optional.of(Examples.job().setReply("acme-inbox").build());

        // When
        JobCommand command = forwarded(record("acme", 17));

        // Then
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(command.getJobId()).isEqualTo(ids.fromCoordinates("acme", "T1", 3, 17));
        assertThat(command.getConflictId()).isEmpty();
        assertThat(command.getReceivedAt()).isEqualTo(NOW);
        assertThat(command.getSource())
                .isEqualTo(
                        Source.newBuilder()
                                .setKind(SourceKind.INTAKE)
                                .setTopic("millrace.intake.acme")
                                .setPartition(3)
                                .setOffset(17L)
                                .build());
        assertThat(((Submission) command.getBody()).getJob().getTenant()).isEqualTo("acme");
        assertThat(forwarded(record("acme", 17)).getJobId()).isEqualTo(command.getJobId());
    }

    @Test
    void aKeyMakesOneJobOfATopicsRecordAndACallersRequest() {
        // Given
        InferenceJob job = Examples.job().setIdempotencyKey("order-17").build();
        onTopic = Optional.of(job);

        // When
        JobCommand byTopic = forwarded(record("acme", 17));
        flow.submit(Examples.ACME, job, TraceContext.NONE);

        // Then
        JobCommand byHttp = jobs.written().getFirst();
        assertThat(byTopic.getJobId()).isEqualTo(byHttp.getJobId());
        assertThat(((Submission) byTopic.getBody()).getFingerprint())
                .isEqualTo(((Submission) byHttp.getBody()).getFingerprint());
        assertThat(byTopic.getConflictId()).contains(ids.fromCoordinates("acme", "T1", 3, 17));
        assertThat(byHttp.getConflictId()).isEmpty();
    }

    @Test
    void aReplayedLetterIsOneJobOfItsOwnWhateverKeyTheJobHas() {
        // Given
        onTopic = Optional.of(Examples.job().setIdempotencyKey("order-17").build());

        // When
        JobCommand first = forwarded(replay("acme", 17, "millrace.outcomes/2/5"));
        JobCommand again = forwarded(replay("acme", 18, "millrace.outcomes/2/5"));
        JobCommand other = forwarded(replay("acme", 19, "millrace.outcomes/2/6"));

        // Then
        assertThat(first.getJobId())
                .isEqualTo(ids.fromLetter("acme", "millrace.outcomes/2/5"))
                .isEqualTo(again.getJobId())
                .isNotEqualTo(other.getJobId())
                .isNotEqualTo(ids.fromKey("acme", "order-17"));
        assertThat(first.getSource().getKind()).isEqualTo(SourceKind.REPLAY);
        assertThat(first.getConflictId()).contains(ids.fromCoordinates("acme", "T1", 3, 17));
        assertThat(ids.issuedTo("acme", first.getJobId())).isTrue();
    }

    @Test
    void aHeaderThatNamesNoLetterIsNoReplay() {
        // Given
        onTopic = Optional.of(Examples.job().build());

        // When
        JobCommand command = forwarded(replay("acme", 17, "anything"));

        // Then
        assertThat(command.getJobId()).isEqualTo(ids.fromCoordinates("acme", "T1", 3, 17));
        assertThat(command.getSource().getKind()).isEqualTo(SourceKind.INTAKE);
    }

    @Test
    void aRecordThatNamesAnotherTenantIsRefusedUnderItsTopicsTenant() {
        // Given
        onTopic =
                Optional.of(
                        Examples.job()
                                .setTenant("other")
                                .setReply("other-inbox")
                                .setIdempotencyKey("k")
                                .setMetadata(Map.of("order", "17"))
                                .build());

        // When
        JobCommand command = forwarded(record("acme", 17));

        // Then
        assertThat(command.getTenant()).isEqualTo("acme");
        assertThat(command.getJobId()).isEqualTo(ids.fromCoordinates("acme", "T1", 3, 17));
        Refusal refusal = (Refusal) command.getBody();
        assertThat(refusal.getError().getCode()).isEqualTo("tenant_mismatch");
        assertThat(refusal.getError().getField()).contains("tenant");
        assertThat(refusal.getReply()).isEmpty();
        assertThat(refusal.getMetadata()).containsEntry("order", "17");
    }

    @Test
    void aRefusalIsAnsweredOnTheTenantsOwnReplyTopic() {
        // Given
        onTopic =
                Optional.of(
                        Examples.job()
                                .setModel("gpt-9")
                                .setReply("acme-inbox")
                                .setMetadata(Map.of("a", "x".repeat(20_000)))
                                .build());

        // When
        Refusal refusal = (Refusal) forwarded(record("acme", 17)).getBody();

        // Then
        assertThat(refusal.getError().getCode()).isEqualTo("unknown_model");
        assertThat(refusal.getReply()).contains("acme-inbox");
        assertThat(refusal.getMetadata()).isEmpty();
    }

    @Test
    void aTopicWithoutATenantWaits() {
        // Given
        onTopic = Optional.of(Examples.job().build());

        // When
        Verdict verdict = flow.receive(record("nobody", 17));

        // Then
        assertThat(verdict).isEqualTo(new Verdict.Hold(Cause.UNKNOWN_TENANT));
    }

    @Test
    void withoutItsTopicsIdARecordWaits() {
        // Given
        onTopic = Optional.of(Examples.job().build());
        topicId = Optional.empty();

        // When
        Verdict verdict = flow.receive(record("acme", 17));

        // Then
        assertThat(verdict).isEqualTo(new Verdict.Hold(Cause.BROKER_DOWN));
    }

    @Test
    void poisonIsBuried() {
        assertThat(flow.receive(record("acme", 17)))
                .isEqualTo(new Verdict.Bury("undecodable: poison", 1));
    }

    @Test
    void aResultGoesOnlyToItsTenantsReplyTopics() {
        assertThat(flow.mayReceive("acme", "acme-inbox")).isTrue();
        assertThat(flow.mayReceive("acme", "other-inbox")).isFalse();
        assertThat(flow.mayReceive("acme", "ingress")).isFalse();
        assertThat(flow.mayReceive("nobody", "acme-inbox")).isFalse();
    }

    private JobCommand forwarded(ConsumerRecord<byte[], byte[]> record) {
        return ((Verdict.Forward) flow.receive(record)).command();
    }

    private static ConsumerRecord<byte[], byte[]> replay(
            String tenant, long offset, String letter) {
        ConsumerRecord<byte[], byte[]> record = record(tenant, offset);
        record.headers().add(DeadLetterHeaders.REPLAY_OF, letter.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static ConsumerRecord<byte[], byte[]> record(String tenant, long offset) {
        return new ConsumerRecord<>(
                "millrace.intake." + tenant,
                3,
                offset,
                new byte[0],
                "bytes".getBytes(StandardCharsets.US_ASCII));
    }

    private final class CurrentTopicId implements TopicIds {
        @Override
        public Optional<String> idOf(String topic) {
            return topicId;
        }

        @Override
        public void forget(Collection<String> topics) {}
    }
}
