package dev.millrace.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Callback;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import dev.millrace.v1.WebhookEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the topics say. Results are read before the commands that caused them, so that a job which
 * ends while the oracle reads is never seen as a result without a job.
 */
final class TopicEvidence {
    private static final long DEFAULT_DEADLINE_MS = 3_600_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    final Map<String, JobFacts> jobs = new HashMap<>();
    final Map<String, WebhookEvent> webhooks = new LinkedHashMap<>();
    final List<String> strayReplies = new ArrayList<>();
    final List<String> repeatedDeadLetters = new ArrayList<>();
    final List<String> webhookFaults = new ArrayList<>();
    int deadLetters;

    /** Coordinates of intake records that became a command or a dead letter. */
    final Set<String> handled = new HashSet<>();

    /** Coordinates of intake records that the ingress has committed. */
    final Set<String> committedIntake = new HashSet<>();

    private final Prices prices = new Prices();
    private final Map<String, String> replyOwners = new HashMap<>();

    static TopicEvidence read(TopicReader reader)
            throws InterruptedException, ExecutionException, TimeoutException {
        TopicEvidence evidence = new TopicEvidence();
        // first what the ingress says it is done with, then what came of it
        reader.eachCommitted("millrace-ingress", evidence.committedIntake::add);
        reader.each(Topics.CATALOG, evidence::catalog);
        reader.each(Topics.WEBHOOKS, evidence::webhook);
        reader.each(Topics.RESULTS, evidence::result);
        reader.each(Topics.INGRESS_REPLIES, evidence::receipt);
        reader.each(Topics.JOBS, evidence::command);
        Set<String> deadLetterKeys = new HashSet<>();
        reader.eachRaw(Topics.DEAD_LETTERS, letter -> evidence.deadLetter(letter, deadLetterKeys));
        for (String topic : reader.topics()) {
            if (topic.startsWith("millrace.replies.")
                    && !topic.equals(Topics.INGRESS_REPLIES.name())) {
                String name = topic.substring("millrace.replies.".length());
                reader.each(Topics.replies(name), reply -> evidence.reply(name, reply));
            }
        }
        return evidence;
    }

    private JobFacts facts(String jobId) {
        return jobs.computeIfAbsent(jobId, JobFacts::new);
    }

    private void catalog(ConsumerRecord<String, CatalogEntry> entry) {
        if (entry.value() == null) {
            withdraw(entry.key(), Instant.ofEpochMilli(entry.timestamp()));
            return;
        }
        try {
            if (entry.value().getKind().equals("price")) {
                prices.add(JSON.readTree(entry.value().getBody()));
            } else if (entry.value().getKind().equals("tenant")) {
                JSON.readTree(entry.value().getBody())
                        .path("replies")
                        .forEach(reply -> replyOwners.put(reply.asText(), entry.value().getName()));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("catalog entry " + entry.key() + " is not JSON", e);
        }
    }

    /**
     * A price that was withdrawn before its date never counted; one that was in force keeps
     * counting for its time.
     */
    private void withdraw(String key, Instant at) {
        String[] parts = key.split("/", 3);
        if (parts.length == 3 && parts[0].equals("price")) {
            Instant effectiveFrom = Instant.parse(parts[2]);
            if (at.isBefore(effectiveFrom)) {
                prices.remove(parts[1], effectiveFrom);
            }
        }
    }

    private void command(ConsumerRecord<String, JobCommand> read) {
        JobCommand command = read.value();
        command.getSource()
                .getTopic()
                .filter(topic -> cameByTopic(command))
                .ifPresent(
                        topic ->
                                handled.add(
                                        topic
                                                + "/"
                                                + command.getSource().getPartition().orElse(-1)
                                                + "/"
                                                + command.getSource().getOffset().orElse(-1L)));
        boolean submission = command.getBody() instanceof Submission;
        if (!submission && !(command.getBody() instanceof Refusal)) {
            return;
        }
        facts(command.getJobId())
                .commands
                .add(
                        new JobFacts.Command(
                                command.getTenant(),
                                read.key(),
                                read.partition(),
                                read.offset(),
                                command.getReceivedAt(),
                                submission,
                                cameByTopic(command),
                                command.getConflictId(),
                                callback(command),
                                deadline(command)));
    }

    private static boolean cameByTopic(JobCommand command) {
        SourceKind kind = command.getSource().getKind();
        return kind == SourceKind.INTAKE || kind == SourceKind.REPLAY;
    }

    private static Optional<String> callback(JobCommand command) {
        return command.getBody() instanceof Submission submission
                ? submission.getJob().getCallback().map(Callback::getUrl)
                : Optional.empty();
    }

    /** When the job must have ended at the latest. */
    private static Instant deadline(JobCommand command) {
        long millis =
                command.getBody() instanceof Submission submission
                        ? submission.getJob().getDeadlineMs().orElse(DEFAULT_DEADLINE_MS)
                        : DEFAULT_DEADLINE_MS;
        return command.getReceivedAt().plusMillis(millis);
    }

    private void receipt(ConsumerRecord<String, IngressReply> read) {
        if (read.value().getBody() instanceof Receipt receipt) {
            JobFacts facts = facts(read.value().getJobId());
            facts.receipts.add(receipt.getStatus());
            receipt.getDeadlineAt().ifPresent(deadline -> facts.deadline = deadline);
        }
    }

    private void result(ConsumerRecord<String, InferenceResult> read) {
        InferenceResult result = read.value();
        facts(result.getJobId())
                .results
                .add(
                        new JobFacts.Ended(
                                result.getTenant(),
                                read.key(),
                                result.getStatus(),
                                prices.cost(result),
                                result.getUsage().getInputTokens(),
                                result.getUsage().getOutputTokens(),
                                result.getCompletedAt()));
    }

    private void webhook(ConsumerRecord<String, WebhookEvent> read) {
        WebhookEvent event = read.value();
        WebhookEvent before = webhooks.put(event.getWebhookId(), event);
        if (before != null) {
            webhookFaults.add("webhook=" + event.getWebhookId() + " was announced twice");
        }
    }

    private void reply(String name, ConsumerRecord<String, InferenceResult> read) {
        String owner = replyOwners.get(name);
        if (owner != null && !owner.equals(read.value().getTenant())) {
            strayReplies.add(
                    "job="
                            + read.key()
                            + " tenant="
                            + read.value().getTenant()
                            + " stands in the reply topic of tenant="
                            + owner);
        }
    }

    private void deadLetter(ConsumerRecord<String, byte[]> read, Set<String> seen) {
        deadLetters++;
        handled.add(read.key());
        if (!seen.add(read.key())) {
            repeatedDeadLetters.add("dead letter " + read.key() + " stands there twice");
        }
    }
}
