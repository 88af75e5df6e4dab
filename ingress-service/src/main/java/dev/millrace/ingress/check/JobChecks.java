package dev.millrace.ingress.check;

import dev.millrace.catalog.Catalog;
import dev.millrace.catalog.Lane;
import dev.millrace.catalog.Tenant;
import dev.millrace.job.JobContent;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.JobError;
import dev.millrace.v1.Message;
import dev.millrace.v1.Submission;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Whether a job may go in, the same for HTTP and for topics. The tenant is the API key's owner or
 * the topic's suffix; what the job itself says about its tenant is only ever compared with that.
 */
public final class JobChecks {
    public static final String AUTO = "auto";
    private static final Set<String> ROLES =
            Set.of("system", "user", "assistant", "tool", "developer");
    private static final Set<String> PRIORITIES = Set.of("interactive", "standard");
    private static final double MAX_TEMPERATURE = 2.0;
    private static final int MAX_STOPS = 4;
    private static final int MAX_STOP_LENGTH = 256;

    /** In this order: the first thing that is wrong is what the caller hears. */
    private static final List<Function<Asked, Optional<JobError>>> CHECKS =
            List.of(
                    JobChecks::tenant,
                    JobChecks::model,
                    asked -> Contents.kind(asked.job(), asked.catalog()),
                    JobChecks::roles,
                    JobChecks::prompt,
                    JobChecks::promptSize,
                    asked -> Contents.fieldsOfKind(asked.job()),
                    asked -> Contents.messages(asked.job()),
                    asked -> Contents.tools(asked.job()),
                    asked -> Contents.responseFormat(asked.job()),
                    JobChecks::maxTokens,
                    JobChecks::temperature,
                    JobChecks::topP,
                    JobChecks::stop,
                    JobChecks::priority,
                    JobChecks::deadline,
                    asked -> Destinations.reply(asked.job(), asked.tenant()),
                    asked -> Destinations.callback(asked.job(), asked.tenant()),
                    asked -> Attachments.check(asked.job()));

    /** One question: this job, from this tenant, under this catalog. */
    private record Asked(InferenceJob job, Tenant tenant, Catalog catalog) {}

    /** Accepts the job, with its tenant's name written in, or says what is wrong with it first. */
    public static Checked check(InferenceJob job, Tenant tenant, Catalog catalog) {
        Asked asked = new Asked(job, tenant, catalog);
        return CHECKS.stream()
                .flatMap(check -> check.apply(asked).stream())
                .findFirst()
                .<Checked>map(Checked.Refused::new)
                .orElseGet(() -> new Checked.Accepted(submission(job, tenant)));
    }

    private static Submission submission(InferenceJob job, Tenant tenant) {
        InferenceJob named =
                new InferenceJob(
                        tenant.name(),
                        job.getModel(),
                        job.getMessages(),
                        job.getMaxTokens().orElse(null),
                        job.getTemperature().orElse(null),
                        job.getTopP().orElse(null),
                        job.getSeed().orElse(null),
                        job.getStop(),
                        job.getPriority(),
                        job.getDeadlineMs().orElse(null),
                        job.getReply().orElse(null),
                        job.getCallback().orElse(null),
                        job.getIdempotencyKey().orElse(null),
                        job.getStream(),
                        job.getConversation().orElse(null),
                        job.getTags(),
                        job.getHints(),
                        job.getMetadata(),
                        job.getKind(),
                        job.getInput(),
                        job.getDimensions().orElse(null),
                        job.getTools().orElse(null),
                        job.getToolChoice().orElse(null),
                        job.getResponseFormat().orElse(null));
        return new Submission(named, Fingerprint.of(named));
    }

    private static Optional<JobError> tenant(Asked asked) {
        String named = asked.job().getTenant();
        return when(
                !named.isEmpty() && !named.equals(asked.tenant().name()),
                "tenant_mismatch",
                "tenant",
                asked.tenant().name(),
                "the tenant is the topic's, and a record may not name another");
    }

    private static Optional<JobError> model(Asked asked) {
        String model = asked.job().getModel();
        return when(
                !model.equals(AUTO) && asked.catalog().lane(model).isEmpty(),
                "unknown_model",
                "model",
                knownModels(asked.catalog()),
                "no lane has this name or alias");
    }

    private static Optional<JobError> roles(Asked asked) {
        List<Message> messages = asked.job().getMessages();
        for (int i = 0; i < messages.size(); i++) {
            if (!ROLES.contains(messages.get(i).getRole())) {
                return Optional.of(
                        new JobError(
                                "invalid_role",
                                "messages[" + i + "].role",
                                "system, user, assistant, tool or developer",
                                "the role is none of these"));
            }
        }
        return Optional.empty();
    }

    private static Optional<JobError> prompt(Asked asked) {
        boolean embedding = JobContent.isEmbedding(asked.job());
        return when(
                JobContent.isEmpty(asked.job()),
                "empty_prompt",
                embedding ? "input" : "messages",
                embedding ? "at least one text" : "at least one message with content",
                embedding ? "there is nothing to embed" : "there is nothing to answer");
    }

    private static Optional<JobError> promptSize(Asked asked) {
        long bytes = JobContent.bytes(asked.job());
        int most = asked.tenant().limits().maxPromptBytes();
        return when(
                bytes > most,
                "prompt_too_large",
                "messages",
                most + " bytes",
                "what is to be read has " + bytes + " bytes of UTF-8 together");
    }

    private static Optional<JobError> maxTokens(Asked asked) {
        int most =
                Math.min(
                        asked.tenant().limits().maxTokens(),
                        asked.catalog()
                                .lane(asked.job().getModel())
                                .map(Lane::maxTokens)
                                .orElse(Integer.MAX_VALUE));
        return when(
                asked.job()
                        .getMaxTokens()
                        .filter(tokens -> tokens < 1 || tokens > most)
                        .isPresent(),
                "max_tokens_out_of_range",
                "max_tokens",
                "1.." + most,
                "this many output tokens cannot be asked for");
    }

    private static Optional<JobError> temperature(Asked asked) {
        return when(
                asked.job()
                        .getTemperature()
                        .filter(t -> !(t >= 0 && t <= MAX_TEMPERATURE))
                        .isPresent(),
                "invalid_temperature",
                "temperature",
                "0..2",
                "the temperature is out of range");
    }

    private static Optional<JobError> topP(Asked asked) {
        return when(
                asked.job().getTopP().filter(p -> !(p > 0 && p <= 1)).isPresent(),
                "invalid_top_p",
                "top_p",
                "above 0, at most 1",
                "top_p is out of range");
    }

    private static Optional<JobError> stop(Asked asked) {
        List<String> stops = asked.job().getStop();
        return when(
                stops.size() > MAX_STOPS
                        || stops.stream()
                                .anyMatch(s -> s.isEmpty() || s.length() > MAX_STOP_LENGTH),
                "invalid_stop",
                "stop",
                MAX_STOPS + " texts of 1.." + MAX_STOP_LENGTH + " characters",
                "there are too many stop texts, or one is empty or too long");
    }

    private static Optional<JobError> priority(Asked asked) {
        return when(
                !PRIORITIES.contains(asked.job().getPriority()),
                "invalid_priority",
                "priority",
                "interactive or standard",
                "the priority is neither");
    }

    private static Optional<JobError> deadline(Asked asked) {
        long most = asked.tenant().limits().maxDeadline().toMillis();
        return when(
                asked.job().getDeadlineMs().filter(ms -> ms < 1 || ms > most).isPresent(),
                "invalid_deadline",
                "deadline_ms",
                "1.." + most,
                "the deadline is out of range");
    }

    private static Optional<JobError> when(
            boolean wrong, String code, String field, String limit, String detail) {
        return wrong ? Optional.of(new JobError(code, field, limit, detail)) : Optional.empty();
    }

    private static String knownModels(Catalog catalog) {
        List<String> names =
                Stream.concat(
                                Stream.of(AUTO),
                                catalog.lanes().values().stream()
                                        .filter(lane -> !lane.retired())
                                        .flatMap(
                                                lane ->
                                                        Stream.concat(
                                                                Stream.of(lane.name()),
                                                                lane.aliases().stream()))
                                        .sorted())
                        .toList();
        return String.join(", ", names);
    }

    static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private JobChecks() {}
}
