package dev.millrace.classifier;

import dev.millrace.catalog.Tenant;
import dev.millrace.classifier.job.Head;
import dev.millrace.classifier.job.JobErrors;
import dev.millrace.job.JobContent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * Screen: may this job run at all? The ingress checked it at the door; what is asked here again is
 * what the catalog may have changed since, and what this service's own state must be bounded by.
 */
public final class Screen {
    /** Metadata, tags and conversation together: they are kept with the job until it ends. */
    public static final int MAX_LABEL_BYTES = 64 * 1024;

    /** What is wrong with the job, if anything. */
    public Optional<JobError> check(InferenceJob job, Head head, Optional<Tenant> tenant) {
        if (tenant.isEmpty()) {
            return Optional.of(
                    JobErrors.of(
                            "unknown_tenant", "tenant", null, "the catalog has no such tenant"));
        }
        Tenant.Limits limits = tenant.get().limits();
        return empty(job)
                .or(() -> promptOver(job, limits.maxPromptBytes()))
                .or(() -> maxTokensOver(job, limits.maxTokens()))
                .or(() -> foreignReply(job, head))
                .or(() -> labelsOver(job));
    }

    private static Optional<JobError> empty(InferenceJob job) {
        return JobContent.isEmpty(job)
                ? Optional.of(
                        JobErrors.of(
                                "empty_prompt",
                                JobContent.isEmbedding(job) ? "input" : "messages",
                                null,
                                "nothing in it has any content"))
                : Optional.empty();
    }

    private static Optional<JobError> promptOver(InferenceJob job, int limit) {
        long bytes = JobContent.bytes(job);
        return bytes > limit
                ? Optional.of(
                        JobErrors.of(
                                "prompt_too_large",
                                "messages",
                                limit + " bytes",
                                "what is to be read has " + bytes + " bytes"))
                : Optional.empty();
    }

    private static Optional<JobError> maxTokensOver(InferenceJob job, int limit) {
        return job.getMaxTokens()
                .filter(asked -> asked < 1 || asked > limit)
                .map(
                        asked ->
                                JobErrors.of(
                                        "max_tokens_out_of_range",
                                        "max_tokens",
                                        "1 to " + limit,
                                        "the job asks for " + asked));
    }

    private static Optional<JobError> foreignReply(InferenceJob job, Head head) {
        return job.getReply().isPresent() && head.replies().isEmpty()
                ? Optional.of(
                        JobErrors.of(
                                "unknown_reply",
                                "reply",
                                null,
                                "the tenant has no reply topic of that name"))
                : Optional.empty();
    }

    private static Optional<JobError> labelsOver(InferenceJob job) {
        long bytes = job.getConversation().map(Utils::utf8Length).orElse(0);
        for (String tag : job.getTags()) {
            bytes += Utils.utf8Length(tag);
        }
        for (var entry : job.getMetadata().entrySet()) {
            bytes += Utils.utf8Length(entry.getKey()) + Utils.utf8Length(entry.getValue());
        }
        return bytes > MAX_LABEL_BYTES
                ? Optional.of(
                        JobErrors.of(
                                "metadata_too_large",
                                "metadata",
                                MAX_LABEL_BYTES + " bytes with tags and conversation",
                                "they have " + bytes + " bytes"))
                : Optional.empty();
    }
}
