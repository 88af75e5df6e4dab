package dev.millrace.ledger.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ledger.ContentPurge;
import dev.millrace.ledger.Examples;
import dev.millrace.ledger.LedgerSettings;
import dev.millrace.ledger.LedgerStack;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class JobRowsIT {
    private static final LedgerStack STACK = LedgerStack.shared();

    private final JobRows rows = JobRows.ofResults(STACK.connection);
    private final String job = "job-" + UUID.randomUUID();

    @Test
    void anAcceptedReceiptMakesAQueuedJobWithItsRoute() {
        write(accepted());

        Map<String, Object> row = row().orElseThrow();
        assertThat(row)
                .containsEntry("status", "queued")
                .containsEntry("tenant", "acme")
                .containsEntry("requested_model", "auto")
                .containsEntry("lane", "cloud")
                .containsEntry("output", null);
        assertThat(text("decision ->> 'vertical'")).isEqualTo("math");
        assertThat(text("decision -> 'candidates' -> 0 ->> 'verdict'")).isEqualTo("chosen");
        assertThat(text("decision -> 'reasons' ->> 0")).isEqualTo("route=default");
        assertThat(text("(deadline_at - created_at)::text")).isEqualTo("01:00:00");
    }

    @Test
    void theResultEndsTheJob() {
        write(accepted());
        write(ended(Examples.succeeded(job)));

        assertThat(row().orElseThrow())
                .containsEntry("status", "succeeded")
                .containsEntry("output", "forty-two")
                .containsEntry("finish_reason", "stop")
                .containsEntry("input_tokens", 100L)
                .containsEntry("cached_input_tokens", 20L)
                .containsEntry("output_tokens", 50L)
                .containsEntry("reasoning_tokens", 10L)
                .containsEntry("model_ms", 1_500L);
        assertThat(text("metadata ->> 'ticket'")).isEqualTo("T-1");
        assertThat(text("tags[1]")).isEqualTo("nightly");
    }

    @Test
    void aReceiptThatComesAfterTheResultChangesNothing() {
        // Given
        write(
                ended(
                        Examples.result(job, ResultStatus.SUCCEEDED)
                                .setOutput("forty-two")
                                .setDeadlineAt(Examples.COMPLETED.plusSeconds(60))
                                .build()));
        String version = text("ctid::text || xmin::text || xmax::text");

        // When
        write(accepted());

        // Then it was not even touched
        assertThat(row().orElseThrow())
                .containsEntry("status", "succeeded")
                .containsEntry("output", "forty-two");
        assertThat(text("(deadline_at - completed_at)::text")).isEqualTo("00:01:00");
        assertThat(text("ctid::text || xmin::text || xmax::text")).isEqualTo(version);
    }

    @Test
    void bothInOneBatchInEitherOrderEndTheJob() {
        write(ended(Examples.succeeded(job)), accepted(), accepted());

        assertThat(row().orElseThrow()).containsEntry("status", "succeeded");
    }

    @Test
    void anotherTenantsResultInTheSameBatchChangesNothing() {
        // When
        write(
                accepted(),
                ended(Examples.result(job, ResultStatus.SUCCEEDED).setTenant("globex").build()));

        // Then
        assertThat(row().orElseThrow())
                .containsEntry("tenant", "acme")
                .containsEntry("status", "queued");
    }

    @Test
    void theFirstTerminalResultStays() {
        write(ended(Examples.succeeded(job)));
        write(ended(Examples.result(job, ResultStatus.EXPIRED).build()));
        write(
                ended(Examples.succeeded(job)),
                ended(Examples.result(job, ResultStatus.FAILED).build()));

        assertThat(row().orElseThrow())
                .containsEntry("status", "succeeded")
                .containsEntry("output", "forty-two");
    }

    @Test
    void aRejectedIntakeRecordHasARowWithItsError() {
        write(ended(Examples.rejected(job)));

        assertThat(row().orElseThrow())
                .containsEntry("status", "rejected")
                .containsEntry("error_code", "empty_prompt")
                .containsEntry("error_field", "messages")
                .containsEntry("error_limit", "1 or more")
                .containsEntry("error_detail", "there is no message")
                .containsEntry("decision", null);
    }

    @Test
    void otherRepliesMakeNoRow() {
        for (ReceiptStatus status : ReceiptStatus.values()) {
            if (status != ReceiptStatus.ACCEPTED) {
                write(read(Topics.INGRESS_REPLIES, Examples.receipt(job, status)));
            }
        }
        write(read(Topics.INGRESS_REPLIES, new IngressReply(job, "acme", Examples.succeeded(job))));

        assertThat(row()).isEmpty();
    }

    @Test
    void anAnswerWithANulIsStoredWithoutIt() {
        write(ended(Examples.result(job, ResultStatus.SUCCEEDED).setOutput("a\0b").build()));

        assertThat(row().orElseThrow()).containsEntry("output", "a\uFFFDb");
    }

    @Test
    void anotherTenantsRecordChangesNothing() {
        write(accepted());
        write(
                ended(
                        Examples.result(job, ResultStatus.SUCCEEDED)
                                .setTenant("globex")
                                .setOutput("theirs")
                                .build()));

        assertThat(row().orElseThrow())
                .containsEntry("tenant", "acme")
                .containsEntry("status", "queued");
    }

    @Test
    void contentIsPurgedAfterSevenDaysAndTheRowStays() {
        // Given
        write(ended(Examples.succeeded(job)));
        Instant weekLater = Examples.COMPLETED.plus(Duration.ofDays(7));

        // When
        purge(weekLater.minusSeconds(1));
        Optional<Map<String, Object>> before = row();
        purge(weekLater.plusSeconds(1));

        // Then
        assertThat(before.orElseThrow()).containsEntry("output", "forty-two");
        assertThat(row().orElseThrow())
                .containsEntry("output", null)
                .containsEntry("status", "succeeded")
                .containsEntry("input_tokens", 100L);
        assertThat(text("metadata::text")).isEqualTo("{}");
        assertThat(text("content_purged_at is not null")).isEqualTo("t");
    }

    private static void purge(Instant now) {
        LedgerSettings settings =
                new LedgerSettings(
                        Path.of("/unused"), Duration.ofDays(7), Duration.ofSeconds(5), 500, 4);
        new ContentPurge(STACK.jdbi, settings, Clock.fixed(now, ZoneOffset.UTC)).purge();
    }

    private JobChange accepted() {
        return read(Topics.INGRESS_REPLIES, Examples.receipt(job, ReceiptStatus.ACCEPTED));
    }

    private JobChange ended(InferenceResult result) {
        return read(Topics.RESULTS, result);
    }

    private <V extends SpecificRecord> JobChange read(Topic<V> topic, V value) {
        byte[] bytes = STACK.connection.serializer(topic).serialize(topic.name(), value);
        return rows.read(new ConsumerRecord<>(topic.name(), 0, 0, new byte[0], bytes));
    }

    private void write(JobChange... changes) {
        STACK.jdbi.useTransaction(handle -> rows.write(handle, List.of(changes)));
    }

    private Optional<Map<String, Object>> row() {
        return STACK.jdbi.withHandle(
                handle ->
                        handle.createQuery("select * from jobs.job where job_id = :job")
                                .bind("job", job)
                                .mapToMap()
                                .findOne());
    }

    private String text(String expression) {
        return STACK.jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        "select "
                                                + expression
                                                + " from jobs.job where job_id = :job")
                                .bind("job", job)
                                .mapTo(String.class)
                                .one());
    }
}
