package dev.millrace.workers.attempt;

import dev.millrace.job.Answers;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.Succeeded;
import java.util.Collection;
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

    private static final int MOST_BYTES_OF_A_CHAR = 3;

    private AnswerLimit() {}

    /** Whether an answer is larger than that; a text is counted only where it may be too long. */
    static boolean isOver(int limit, Succeeded answer) {
        boolean isText = answer.getToolCalls().isEmpty() && answer.getEmbeddings().isEmpty();
        boolean fits = isText && (long) answer.getOutput().length() * MOST_BYTES_OF_A_CHAR <= limit;
        return !fits && Answers.bytes(answer) > limit;
    }

    /** UTF-8 bytes that the answer to this job may have. */
    static int bytes(InferenceJob job) {
        long carried =
                bytes(job.getTags())
                        + bytes(job.getMetadata())
                        + job.getConversation().map(Utils::utf8Length).orElse(0);
        return (int) Math.max(0, RECORD_BYTES - RESERVE - carried);
    }

    private static long bytes(Collection<String> texts) {
        long sum = 0;
        for (String text : texts) {
            sum += Utils.utf8Length(text);
        }
        return sum;
    }

    private static long bytes(Map<String, String> texts) {
        return bytes(texts.keySet()) + bytes(texts.values());
    }
}
