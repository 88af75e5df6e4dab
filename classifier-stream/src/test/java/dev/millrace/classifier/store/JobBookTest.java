package dev.millrace.classifier.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.classifier.job.Job;
import dev.millrace.classifier.job.JobId;
import dev.millrace.classifier.job.Step;
import dev.millrace.v1.ResultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The index of what is due. */
class JobBookTest {
    private static final Instant AT = Instant.parse("2026-03-01T00:00:00Z");

    private final InMemoryBook stores = new InMemoryBook();
    private final JobBook book = stores.book();

    @AfterEach
    void close() {
        stores.close();
    }

    @Test
    void jobsComeUpInTheOrderOfTheirTimesAndNotBefore() {
        remember("late", AT.plusSeconds(2));
        remember("soon", AT.plusSeconds(1));
        remember("later", AT.plusSeconds(3));

        assertThat(due(AT.plusMillis(999), 10)).isEmpty();
        assertThat(due(AT.plusSeconds(2), 10)).containsExactly("soon", "late");
    }

    @Test
    void atMostTheLimitComesUpAtOnce() {
        for (int i = 0; i < 5; i++) {
            remember("j" + i, AT);
        }

        assertThat(due(AT, 2)).hasSize(2);
    }

    @Test
    void aClockThatWentBackHidesNothing() {
        // Given a look at a moment
        due(AT.plusSeconds(100), 10);

        // When the clock goes back, and something is due before that moment
        remember("j", AT.plusSeconds(50));

        // Then it comes up
        assertThat(due(AT.plusSeconds(60), 10)).containsExactly("j");
    }

    @Test
    void aJobThatCameUpTooEarlyComesUpAgainWhenItIsTime() {
        // Given an entry that is older than what its job waits for now
        JobId id = new JobId("acme", "j");
        Job first = closed(AT);
        Job second = closed(AT.plusSeconds(10));
        book.apply(new Step.Change(id, null, first, Optional.empty()));
        book.apply(new Step.Change(id, first, second, Optional.empty()));

        // When
        assertThat(due(AT, 10)).containsExactly("j");

        // Then
        assertThat(due(AT.plusSeconds(9), 10)).isEmpty();
        assertThat(due(AT.plusSeconds(10), 10)).containsExactly("j");
    }

    @Test
    void ofAForgottenJobNothingIsLeft() {
        JobId id = new JobId("acme", "j");
        Job job = closed(AT);
        book.apply(new Step.Change(id, null, job, Optional.empty()));
        book.apply(new Step.Change(id, job, null, Optional.empty()));

        assertThat(due(AT, 10)).isEmpty();
        assertThat(stores.inUse()).isEmpty();
    }

    private void remember(String id, Instant due) {
        book.apply(new Step.Change(new JobId("acme", id), null, closed(due), Optional.empty()));
    }

    private List<String> due(Instant now, int limit) {
        List<String> ids = new ArrayList<>();
        book.due(now, limit, (id, job) -> ids.add(id.id()));
        return ids;
    }

    /** A job that has to be looked at at a moment. */
    private static Job closed(Instant due) {
        Instant closed = due.minus(Job.KEPT);
        return new Job.Closed(
                "f", ResultStatus.FAILED, closed.minus(Duration.ofSeconds(1)), closed, 1);
    }
}
