package dev.millrace.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ingress.FakeDeadLetters;
import dev.millrace.ingress.FakeJobLog;
import dev.millrace.ingress.IngressMetrics;
import dev.millrace.ingress.intake.IntakeBatch.Progress;
import dev.millrace.ingress.intake.IntakeBatch.Waiting;
import dev.millrace.ingress.intake.Verdict.Cause;
import dev.millrace.ingress.jobs.Sent;
import dev.millrace.kit.telemetry.TraceContext;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.v1.Cancellation;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Source;
import dev.millrace.v1.SourceKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * Records are letters: j a job, p poison, h hold, t too large to write, f not written now, x an
 * error of ours.
 */
class IntakeBatchTest {
    private static final TopicPartition A = new TopicPartition("millrace.intake.acme", 0);
    private static final TopicPartition B = new TopicPartition("millrace.intake.other", 0);
    private final FakeJobLog jobs = new FakeJobLog();
    private final FakeDeadLetters deadLetters = new FakeDeadLetters();
    private final List<Integer> surveyed = new ArrayList<>();
    private final IntakeBatch batch = batch(jobs, deadLetters, surveyed);

    @Test
    void jobsGoToTheJobsTopicAndPoisonToTheDeadLetters() {
        // When
        Map<TopicPartition, Progress> progress = batch.pass(records(Map.of(A, "jpjx")));

        // Then
        assertThat(ids(jobs)).containsExactly("j0", "j2");
        assertThat(deadLetters.letters())
                .extracting(each -> each.key() + " " + each.reason())
                .containsExactly(
                        "millrace.intake.acme/0/1 undecodable: poison",
                        "millrace.intake.acme/0/3 unprocessable: IllegalStateException");
        assertThat(progress).containsEntry(A, new Progress(Optional.empty(), true));
    }

    @Test
    void aRecordThatWaitsHoldsItsPartitionAndNoOther() {
        // When
        Map<TopicPartition, Progress> progress = batch.pass(records(Map.of(A, "jhjp", B, "jj")));

        // Then
        assertThat(progress.get(A))
                .isEqualTo(new Progress(Optional.of(new Waiting(1, Cause.UNKNOWN_SCHEMA)), false));
        assertThat(progress.get(B)).isEqualTo(new Progress(Optional.empty(), false));
        assertThat(ids(jobs)).containsExactlyInAnyOrder("j0", "j0", "j1");
        assertThat(deadLetters.letters()).isEmpty();
        assertThat(surveyed).containsExactly(2);
    }

    @Test
    void noDeadLetterIsWrittenBehindAJobThatWasNot() {
        // When
        Map<TopicPartition, Progress> progress = batch.pass(records(Map.of(A, "pjfpj")));

        // Then
        assertThat(progress.get(A))
                .isEqualTo(new Progress(Optional.of(new Waiting(2, Cause.BROKER_DOWN)), true));
        assertThat(deadLetters.letters()).extracting(each -> each.offset()).containsExactly(0L);
    }

    @Test
    void aJobThatFitsNowhereIsADeadLetter() {
        // When
        Map<TopicPartition, Progress> progress = batch.pass(records(Map.of(A, "tj")));

        // Then
        assertThat(progress.get(A)).isEqualTo(new Progress(Optional.empty(), true));
        assertThat(deadLetters.reasons()).containsExactly("unwritable: RecordTooLargeException");
    }

    @Test
    void whileDeadLettersCannotBeWrittenTheirPartitionWaits() {
        // Given
        deadLetters.answer(new Sent.NotNow("TimeoutException", true));

        // When
        Map<TopicPartition, Progress> progress = batch.pass(records(Map.of(A, "jpj")));

        // Then
        assertThat(progress.get(A))
                .isEqualTo(new Progress(Optional.of(new Waiting(1, Cause.BROKER_DOWN)), false));
    }

    /**
     * Whatever comes: what lies before the committed offset is written exactly once, as a job or as
     * a dead letter.
     */
    @Property
    void nothingIsLostAndNoDeadLetterIsWrittenBeyondWhatIsCommitted(
            @ForAll @Size(min = 1, max = 20)
                    List<@CharRange(from = 'a', to = 'z') Character> picks) {
        String kinds = letters(picks);
        FakeJobLog written = new FakeJobLog();
        FakeDeadLetters buried = new FakeDeadLetters();

        Progress progress =
                Objects.requireNonNull(
                        batch(written, buried, new ArrayList<>())
                                .pass(records(Map.of(A, kinds)))
                                .get(A));

        long end = progress.firstUndone().map(Waiting::offset).orElse((long) kinds.length());
        for (int i = 0; i < end; i++) {
            int offset = i;
            boolean job = ids(written).contains(kinds.charAt(i) + "" + i);
            long letters =
                    buried.letters().stream().filter(each -> each.offset() == offset).count();
            assertThat((job ? 1 : 0) + letters).as("record %d of %s", i, kinds).isEqualTo(1);
        }
        assertThat(buried.letters()).allMatch(each -> each.offset() < end);
        progress.firstUndone()
                .ifPresent(
                        waiting -> assertThat(kinds.charAt((int) waiting.offset())).isIn('h', 'f'));
    }

    private static IntakeBatch batch(
            FakeJobLog jobs, FakeDeadLetters deadLetters, List<Integer> surveyed) {
        jobs.answer(
                command ->
                        switch (command.getJobId().charAt(0)) {
                            case 't' -> new Sent.Never("RecordTooLargeException");
                            case 'f' -> new Sent.NotNow("TimeoutException", true);
                            default -> new Sent.Acknowledged();
                        });
        return new IntakeBatch(
                IntakeBatchTest::verdict,
                following -> surveyed.add(following.size()),
                jobs,
                deadLetters,
                new IngressMetrics(new SimpleMeterRegistry(), () -> 0, () -> 0),
                Tracing.OFF);
    }

    private static String letters(List<Character> picks) {
        StringBuilder kinds = new StringBuilder();
        picks.forEach(pick -> kinds.append("jjjjjjjpptxhf".charAt(pick % 13)));
        return kinds.toString();
    }

    private static List<String> ids(FakeJobLog jobs) {
        return jobs.written().stream().map(JobCommand::getJobId).toList();
    }

    private static Verdict verdict(ConsumerRecord<byte[], byte[]> record) {
        String kind = new String(record.value(), StandardCharsets.US_ASCII);
        return switch (kind.charAt(0)) {
            case 'p' -> new Verdict.Bury("undecodable: poison", 1);
            case 'h' -> new Verdict.Hold(Cause.UNKNOWN_SCHEMA);
            case 'x' -> throw new IllegalStateException("a defect");
            default -> new Verdict.Forward(command(kind + record.offset()), TraceContext.NONE);
        };
    }

    private static JobCommand command(String id) {
        return JobCommand.newBuilder()
                .setJobId(id)
                .setTenant("acme")
                .setReceivedAt(Instant.EPOCH)
                .setSource(Source.newBuilder().setKind(SourceKind.INTAKE).build())
                .setBody(new Cancellation(""))
                .build();
    }

    private static ConsumerRecords<byte[], byte[]> records(Map<TopicPartition, String> kinds) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
        kinds.forEach(
                (partition, letters) -> {
                    if (!letters.isEmpty()) {
                        records.put(
                                partition,
                                IntStream.range(0, letters.length())
                                        .mapToObj(
                                                i ->
                                                        new ConsumerRecord<>(
                                                                partition.topic(),
                                                                partition.partition(),
                                                                i,
                                                                new byte[0],
                                                                letters.substring(i, i + 1)
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .US_ASCII)))
                                        .toList());
                    }
                });
        return new ConsumerRecords<>(records, Map.of());
    }
}
