package dev.millrace.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.topics.Topics;
import dev.millrace.v1.CatalogEntry;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.Refusal;
import dev.millrace.v1.SourceKind;
import dev.millrace.v1.Submission;
import dev.millrace.v1.WebhookEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the topics say. Results are read before the commands that caused them, so that a job which
 * ends while the oracle reads is never seen as a result without a job.
 */
final class TopicEvidence {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Map<String, JobFacts> jobs = new HashMap<>();
    final Map<String, WebhookEvent> webhooks = new LinkedHashMap<>();
    final List<String> strayReplies = new ArrayList<>();
    final List<String> repeatedDeadLetters = new ArrayList<>();
    final List<String> webhookFaults = new ArrayList<>();
    int deadLetters;
    private final Prices prices = new Prices();
    private final Map<String, String> replyOwners = new HashMap<>();

    static TopicEvidence read(TopicReader reader)
            throws InterruptedException, ExecutionException, TimeoutException {
        TopicEvidence evidence = new TopicEvidence();
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

    private void command(ConsumerRecord<String, JobCommand> read) {
        JobCommand command = read.value();
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
                                command.getSource().getKind() == SourceKind.INTAKE,
                                command.getConflictId()));
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
        if (!seen.add(read.key())) {
            repeatedDeadLetters.add("dead letter " + read.key() + " stands there twice");
        }
    }
}
