package dev.millrace.local.letters;

import dev.millrace.topics.DeadLetterHeaders;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.Submission;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What replaying a letter means, by what the letter holds. Decided here, done elsewhere. */
public sealed interface Replayable {

    /** A job: into its tenant's intake once more, under the name of the letter. */
    record Job(String tenant, InferenceJob job) implements Replayable {}

    /** An intake record whose bytes nobody could read: the same bytes once more. */
    record IntakeBytes(String topic, byte[] bytes) implements Replayable {}

    /** A result that did not reach all of its reply topics. */
    record Result(String tenant, String jobId, List<String> replies, byte[] bytes)
            implements Replayable {}

    /** Nothing can come of it. */
    record No(String why) implements Replayable {}

    /**
     * Decides.
     *
     * @param record what the letter's bytes are, where they can be read
     */
    static Replayable of(Letter letter, Optional<SpecificRecord> record) {
        if (letter.id().isEmpty()) {
            return new No("it has no key that would name its replay");
        }
        if (letter.value().isEmpty()) {
            return new No("its bytes were not kept");
        }
        if (Topics.isIntake(letter.topic())) {
            return new IntakeBytes(letter.topic(), letter.value().get());
        }
        return record.map(known -> of(letter.value().get(), known))
                .orElseGet(() -> new No("its bytes cannot be read as any record of Millrace"));
    }

    private static Replayable of(byte[] bytes, SpecificRecord record) {
        return switch (record) {
            case RoutedJob routed -> new Job(routed.getTenant(), routed.getJob());
            case JobCommand command when command.getBody() instanceof Submission submission ->
                    new Job(command.getTenant(), submission.getJob());
            case InferenceResult result when !result.getReplies().isEmpty() ->
                    new Result(result.getTenant(), result.getJobId(), result.getReplies(), bytes);
            default ->
                    new No(
                            "it holds no job but a "
                                    + record.getSchema().getName()
                                    + "; see the reason");
        };
    }

    /** Headers of the letter that its replay does not inherit. */
    static boolean isLetters(String header) {
        return header.equals(DeadLetterHeaders.REASON)
                || header.equals(DeadLetterHeaders.TOPIC)
                || header.equals(DeadLetterHeaders.PARTITION)
                || header.equals(DeadLetterHeaders.OFFSET)
                || header.equals(DeadLetterHeaders.ATTEMPTS)
                || header.equals(DeadLetterHeaders.REPLAY_OF);
    }
}
