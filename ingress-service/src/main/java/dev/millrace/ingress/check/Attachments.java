package dev.millrace.ingress.check;

import dev.millrace.job.JobContent;
import dev.millrace.v1.Callback;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What rides along with a job: its idempotency key, metadata, tags, hints and conversation. */
public final class Attachments {
    public static final int MAX_KEY_LENGTH = 255;
    private static final int MAX_METADATA_ENTRIES = 64;
    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int MAX_HINTS = 16;
    private static final int MAX_HINT_BYTES = 4 * 1024;
    private static final int MAX_TAGS = 32;
    private static final int MAX_TAG_LENGTH = 128;
    private static final int MAX_CONVERSATION_LENGTH = 255;

    /** Whether a refused job's metadata may be echoed in its result. */
    public static boolean isEchoable(Map<String, String> metadata) {
        return fits(metadata, MAX_METADATA_ENTRIES, MAX_METADATA_BYTES)
                && texts(metadata).noneMatch(Attachments::isUnstorable);
    }

    static Optional<JobError> check(InferenceJob job) {
        return Stream.of(
                        key(job),
                        metadata(job),
                        hints(job),
                        tags(job),
                        conversation(job),
                        text(job))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<JobError> key(InferenceJob job) {
        return job.getIdempotencyKey().flatMap(Attachments::key);
    }

    private static Optional<JobError> key(String key) {
        if (key.length() > MAX_KEY_LENGTH) {
            return Optional.of(
                    new JobError(
                            "idempotency_key_too_long",
                            "idempotency_key",
                            MAX_KEY_LENGTH + " characters",
                            "the key has " + key.length() + " characters"));
        }
        boolean legal = !key.isBlank() && key.codePoints().noneMatch(Character::isISOControl);
        return legal
                ? Optional.empty()
                : Optional.of(
                        new JobError(
                                "invalid_idempotency_key",
                                "idempotency_key",
                                "1.."
                                        + MAX_KEY_LENGTH
                                        + " characters, none of them a control character",
                                "the key is blank or has a control character"));
    }

    private static Optional<JobError> metadata(InferenceJob job) {
        return fits(job.getMetadata(), MAX_METADATA_ENTRIES, MAX_METADATA_BYTES)
                ? Optional.empty()
                : Optional.of(
                        new JobError(
                                "metadata_too_large",
                                "metadata",
                                MAX_METADATA_ENTRIES + " entries, " + MAX_METADATA_BYTES + " bytes",
                                "the metadata has too many entries or too many bytes"));
    }

    private static Optional<JobError> hints(InferenceJob job) {
        return fits(job.getHints(), MAX_HINTS, MAX_HINT_BYTES)
                ? Optional.empty()
                : Optional.of(
                        new JobError(
                                "hints_too_large",
                                "hints",
                                MAX_HINTS + " entries, " + MAX_HINT_BYTES + " bytes",
                                "the hints have too many entries or too many bytes"));
    }

    private static Optional<JobError> tags(InferenceJob job) {
        List<String> tags = job.getTags();
        boolean legal =
                tags.size() <= MAX_TAGS
                        && tags.stream()
                                .noneMatch(tag -> tag.isEmpty() || tag.length() > MAX_TAG_LENGTH);
        return legal
                ? Optional.empty()
                : Optional.of(
                        new JobError(
                                "invalid_tags",
                                "tags",
                                MAX_TAGS + " tags of 1.." + MAX_TAG_LENGTH + " characters",
                                "there are too many tags, or one is empty or too long"));
    }

    private static Optional<JobError> conversation(InferenceJob job) {
        return job.getConversation()
                .filter(name -> name.isBlank() || name.length() > MAX_CONVERSATION_LENGTH)
                .map(
                        name ->
                                new JobError(
                                        "invalid_conversation",
                                        "conversation",
                                        "1.." + MAX_CONVERSATION_LENGTH + " characters",
                                        "the conversation's name is blank or too long"));
    }

    /**
     * The null character cannot be stored by PostgreSQL, and half of a surrogate pair has no UTF-8,
     * so a job with either could never be shown or billed as it was given.
     */
    private static Optional<JobError> text(InferenceJob job) {
        Optional<String> field =
                Stream.of(
                                field("messages", JobContent.texts(job)),
                                field("stop", job.getStop().stream()),
                                field(
                                        "callback.url",
                                        job.getCallback().map(Callback::getUrl).stream()),
                                field("metadata", texts(job.getMetadata())),
                                field("hints", texts(job.getHints())),
                                field("tags", job.getTags().stream()),
                                field("conversation", job.getConversation().stream()))
                        .flatMap(Optional::stream)
                        .findFirst();
        return field.map(
                name ->
                        new JobError(
                                "invalid_character",
                                name,
                                "text without U+0000 and lone surrogates",
                                "there is a null character or half of a surrogate pair in it"));
    }

    private static Optional<String> field(String name, Stream<String> texts) {
        return texts.anyMatch(Attachments::isUnstorable) ? Optional.of(name) : Optional.empty();
    }

    private static boolean isUnstorable(String text) {
        return text.codePoints()
                .anyMatch(
                        each ->
                                each == 0
                                        || (each >= Character.MIN_SURROGATE
                                                && each <= Character.MAX_SURROGATE));
    }

    private static Stream<String> texts(Map<String, String> map) {
        return Stream.concat(map.keySet().stream(), map.values().stream());
    }

    private static boolean fits(Map<String, String> map, int entries, int bytes) {
        return map.size() <= entries && texts(map).mapToLong(JobChecks::utf8).sum() <= bytes;
    }

    private Attachments() {}
}
