package dev.millrace.ingress.replies;

import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Usage;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Results and deliveries to test with. */
final class Deliveries {

    static Delivery to(String reply) {
        return new Delivery(record(0), result("job-1", reply), reply, 0);
    }

    static ConsumerRecord<byte[], byte[]> record(long offset) {
        return new ConsumerRecord<>("millrace.results", 0, offset, new byte[0], new byte[10]);
    }

    static InferenceResult result(String jobId, String... replies) {
        return InferenceResult.newBuilder()
                .setJobId(jobId)
                .setTenant("acme")
                .setStatus(ResultStatus.SUCCEEDED)
                .setOutput("An answer.")
                .setUsage(Usage.newBuilder().build())
                .setAcceptedAt(Instant.EPOCH)
                .setCompletedAt(Instant.EPOCH)
                .setReplies(List.of(replies))
                .build();
    }

    private Deliveries() {}
}
