package dev.millrace.classifier.stream;

import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.Source;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** To the partition that the ingress instance reads which took the job in. */
public final class ReplyPartitioner implements StreamPartitioner<String, IngressReply> {
    @Override
    public Optional<Set<Integer>> partitions(
            String topic, String jobId, IngressReply reply, int partitions) {
        Optional<Source> source =
                switch (reply.getBody()) {
                    case Receipt receipt -> receipt.getSource();
                    case InferenceResult result -> result.getSource();
                    default -> Optional.empty();
                };
        return source.map(from -> Set.of(Math.floorMod(from.getReplyPartition(), partitions)));
    }
}
