package dev.millrace.workers.attempt;

import dev.millrace.v1.InferenceJob;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;

/**
 * How long an answer may be. Outcomes and results are records of 4 MiB at most; a result also
 * carries back what the job brought along, so that has to fit beside the answer.
 */
final class AnswerLimit {
    static final int RECORD_BYTES = 4 * 1024 * 1024;

    /** For the decision, the framing and all that is small. */
    private static final int RESERVE = 128 * 1024;

    private AnswerLimit() {}

    /** UTF-8 bytes that the answer to this job may have. */
    static int bytes(InferenceJob job) {
        long carried =
                bytes(job.getTags())
                        + bytes(job.getMetadata())
                        + job.getConversation().map(Utils::utf8Length).orElse(0);
        return (int) Math.max(0, RECORD_BYTES - RESERVE - carried);
    }

    private static long bytes(List<String> texts) {
        return texts.stream().mapToLong(Utils::utf8Length).sum();
    }

    private static long bytes(Map<String, String> texts) {
        return texts.entrySet().stream()
                .mapToLong(
                        each ->
                                (long) Utils.utf8Length(each.getKey())
                                        + Utils.utf8Length(each.getValue()))
                .sum();
    }
}
