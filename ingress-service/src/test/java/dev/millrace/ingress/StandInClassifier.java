package dev.millrace.ingress;

import dev.millrace.kit.Connection;
import dev.millrace.topics.Topics;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.Submission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Admission alone, in memory: takes each job once and sends the receipts that the classifier would.
 */
final class StandInClassifier implements AutoCloseable {
    private final List<JobCommand> seen = new CopyOnWriteArrayList<>();
    private final Map<String, String> fingerprints = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean stopping;

    StandInClassifier(Connection connection) {
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("stand-in-classifier")
                        .start(() -> run(connection));
    }

    List<JobCommand> seen() {
        return List.copyOf(seen);
    }

    /** The commands that came from a record's place. */
    List<JobCommand> from(String topic, int partition, long offset) {
        return seen.stream()
                .filter(
                        command ->
                                command.getSource().getTopic().filter(topic::equals).isPresent()
                                        && command.getSource()
                                                .getPartition()
                                                .filter(p -> p == partition)
                                                .isPresent()
                                        && command.getSource()
                                                .getOffset()
                                                .filter(o -> o == offset)
                                                .isPresent())
                .toList();
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join(Duration.ofSeconds(10));
    }

    private void run(Connection connection) {
        try (KafkaConsumer<String, JobCommand> consumer = new KafkaConsumer<>(connection.reader());
                KafkaProducer<String, IngressReply> producer =
                        new KafkaProducer<>(connection.producer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(Topics.JOBS.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            while (!stopping) {
                try {
                    consumer.poll(Duration.ofMillis(100))
                            .forEach(record -> admit(record.value(), producer));
                } catch (KafkaException e) {
                    // the broker or the registry is out for a while in some tests
                    Thread.onSpinWait();
                }
            }
        }
    }

    private void admit(JobCommand command, KafkaProducer<String, IngressReply> producer) {
        seen.add(command);
        if (command.getBody() instanceof Submission submission) {
            String before =
                    fingerprints.putIfAbsent(command.getJobId(), submission.getFingerprint());
            ReceiptStatus status =
                    before == null
                            ? ReceiptStatus.ACCEPTED
                            : before.equals(submission.getFingerprint())
                                    ? ReceiptStatus.DUPLICATE
                                    : ReceiptStatus.CONFLICT;
            Receipt receipt =
                    Receipt.newBuilder()
                            .setStatus(status)
                            .setAcceptedAt(command.getReceivedAt())
                            .setSource(command.getSource())
                            .build();
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    Topics.INGRESS_REPLIES.name(),
                                    command.getSource().getReplyPartition(),
                                    command.getJobId(),
                                    new IngressReply(
                                            command.getJobId(), command.getTenant(), receipt)));
        }
    }
}
