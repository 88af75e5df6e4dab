package dev.millrace.oracle;

import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything the topics say about one job id. No content. */
final class JobFacts {
    final String jobId;
    final List<Command> commands = new ArrayList<>();
    final Set<ReceiptStatus> receipts = EnumSet.noneOf(ReceiptStatus.class);
    final List<Ended> results = new ArrayList<>();
    @Nullable Instant deadline;

    JobFacts(String jobId) {
        this.jobId = jobId;
    }

    /** One record of {@code millrace.jobs} that asks for this job. */
    record Command(
            String tenant,
            String key,
            int partition,
            long offset,
            Instant receivedAt,
            boolean submission,
            boolean intake,
            Optional<String> conflictId,
            Optional<String> callback,
            Instant deadline) {}

    /**
     * One record of {@code millrace.results}, priced by our own arithmetic; {@code micros} is 0
     * where nothing is charged.
     */
    record Ended(
            String tenant,
            String key,
            ResultStatus status,
            long micros,
            long inputTokens,
            long outputTokens,
            Instant completedAt) {}

    boolean answered() {
        return !receipts.isEmpty() || !results.isEmpty();
    }

    boolean accepted() {
        return receipts.contains(ReceiptStatus.ACCEPTED) || !results.isEmpty();
    }
}
