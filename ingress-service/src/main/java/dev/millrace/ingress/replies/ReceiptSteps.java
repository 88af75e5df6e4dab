package dev.millrace.ingress.replies;

import dev.millrace.ingress.ServiceState;
import dev.millrace.ingress.loop.Steps;
import dev.millrace.ingress.waiting.OpenWaits;
import dev.millrace.serde.RegistryErrors;
import dev.millrace.topics.Topics;
import dev.millrace.v1.IngressReply;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads this instance's partition of receipts and results from now on: what came before has no
 * caller waiting. A receipt that cannot be read, for whatever reason, is skipped: its caller will
 * not wait long, and hears that the job is queued.
 */
public final class ReceiptSteps implements Steps {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptSteps.class);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LOOK_UP = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Consumer<String, IngressReply> consumer;
    private final TopicPartition partition;
    private final WaitingCallers callers;
    private final OpenWaits waits;

    /**
     * Begins at the partition's end.
     *
     * @param chosen the partition to read; -1: by a hash of the instance's name
     */
    public ReceiptSteps(
            Consumer<String, IngressReply> consumer,
            String instance,
            int chosen,
            WaitingCallers callers,
            OpenWaits waits,
            ServiceState state) {
        this.consumer = consumer;
        this.callers = callers;
        this.waits = waits;
        int partitions = consumer.partitionsFor(Topics.INGRESS_REPLIES.name(), LOOK_UP).size();
        this.partition =
                new TopicPartition(
                        Topics.INGRESS_REPLIES.name(), partitionOf(instance, chosen, partitions));
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        long from = consumer.position(partition, LOOK_UP);
        callers.listenOn(partition.partition());
        LOG.info("receipts=reading partition={} from={}", partition.partition(), from);
        state.up(ServiceState.Part.RECEIPTS, "partition=" + partition.partition());
    }

    @Override
    public void step() {
        try {
            consumer.poll(POLL).forEach(record -> deliver(record.value()));
        } catch (RecordDeserializationException e) {
            consumer.seek(partition, e.offset() + 1);
            LOG.warn("receipt=unreadable offset={} kind={}", e.offset(), RegistryErrors.kindOf(e));
        }
    }

    private void deliver(IngressReply reply) {
        callers.deliver(reply);
        waits.deliver(reply);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    /**
     * The same for each start of an instance, and spread over the partitions for many instances.
     */
    static int partitionOf(String instance, int chosen, int partitions) {
        if (chosen >= partitions) {
            throw new IllegalArgumentException(
                    "millrace.ingress.reply-partition="
                            + chosen
                            + " but the topic has "
                            + partitions
                            + " partitions");
        }
        return chosen >= 0
                ? chosen
                : Utils.toPositive(Utils.murmur2(Utils.utf8(instance))) % partitions;
    }
}
