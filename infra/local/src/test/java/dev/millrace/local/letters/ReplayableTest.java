package dev.millrace.local.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Messages;
import dev.millrace.local.letters.Replayable.IntakeBytes;
import dev.millrace.local.letters.Replayable.No;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import dev.millrace.v1.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayableTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] BYTES = {1, 2, 3};
    private static final InferenceJob JOB =
            InferenceJob.newBuilder().setMessages(List.of(Messages.of("user", "hello"))).build();

    @Test
    void aJobOutOfAttemptsIsItsTenantsJobAgain() {
        // Given
        RoutedJob routed = routed();

        // When
        Replayable what = of("millrace.outcomes", routed);

        // Then
        assertThat(what).isEqualTo(new Replayable.Job("acme", routed.getJob()));
    }

    @Test
    void aSubmissionThatNobodyCouldDecideIsAJobAgain() {
        assertThat(of("millrace.jobs", command(new Submission(JOB, "f"))))
                .isEqualTo(new Replayable.Job("acme", JOB));
        assertThat(of("millrace.jobs", command(new Cancellation("no more"))))
                .isInstanceOf(No.class);
    }

    @Test
    void anIntakeRecordGoesBackAsItIsWhetherItCanBeReadOrNot() {
        assertThat(Replayable.of(letter("millrace.intake.acme", BYTES), Optional.empty()))
                .isEqualTo(new IntakeBytes("millrace.intake.acme", BYTES));
        assertThat(of("millrace.intake.acme", JOB))
                .isEqualTo(new IntakeBytes("millrace.intake.acme", BYTES));
    }

    @Test
    void aResultGoesToItsReplyTopicsOnly() {
        assertThat(of("millrace.results", result(List.of("acme-main"))))
                .isEqualTo(new Replayable.Result("acme", "j1", List.of("acme-main"), BYTES));
        assertThat(of("millrace.results", result(List.of()))).isInstanceOf(No.class);
    }

    @Test
    void whatHoldsNoJobStaysALetterAndSaysWhy() {
        assertThat(Replayable.of(letter("millrace.outcomes", BYTES), Optional.empty()))
                .isEqualTo(new No("its bytes cannot be read as any record of Millrace"));
        assertThat(Replayable.of(letter("millrace.outcomes", null), Optional.of(routed())))
                .isEqualTo(new No("its bytes were not kept"));
    }

    private static Replayable of(String topic, SpecificRecord record) {
        return Replayable.of(letter(topic, BYTES), Optional.of(record));
    }

    private static Letter letter(String topic, byte @Nullable [] bytes) {
        return new Letter(
                topic + "/0/7",
                NOW,
                topic,
                "because",
                "1",
                new RecordHeaders(),
                Optional.ofNullable(bytes));
    }

    private static JobCommand command(Object body) {
        return JobCommand.newBuilder()
                .setJobId("j1")
                .setTenant("acme")
                .setReceivedAt(NOW)
                .setSource(Source.newBuilder().setKind(SourceKind.HTTP).build())
                .setBody(body)
                .build();
    }

    private static RoutedJob routed() {
        return Letters.routed("acme", JOB);
    }

    private static InferenceResult result(List<String> replies) {
        return InferenceResult.newBuilder()
                .setJobId("j1")
                .setTenant("acme")
                .setStatus(ResultStatus.SUCCEEDED)
                .setUsage(Usage.newBuilder().build())
                .setAcceptedAt(NOW)
                .setCompletedAt(NOW)
                .setReplies(replies)
                .build();
    }
}
