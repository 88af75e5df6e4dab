package dev.millrace.classifier.stream;

import dev.millrace.classifier.job.Emission;
import dev.millrace.kit.DeadLetter;
import dev.millrace.topics.LaneHeaders;
import dev.millrace.topics.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** The key and the headers that a record is written with. */
record Addressed(String key, Headers headers) {

    /**
     * @param cause the record that brought it about; none where it was the time
     */
    static Addressed of(Emission emission, Optional<RecordMetadata> cause, Headers headers) {
        return switch (emission) {
            case Emission.ToLane lane -> of(lane, headers);
            case Emission.ToResults results -> new Addressed(results.result().getTenant(), headers);
            case Emission.ToIngress ingress -> new Addressed(ingress.reply().getJobId(), headers);
            case Emission.ToWebhooks webhooks ->
                    new Addressed(webhooks.event().getTenant(), headers);
            case Emission.ToControl control -> new Addressed(control.event().getJobId(), headers);
            case Emission.ToTenantStatus status ->
                    new Addressed(status.status().getTenant(), headers);
            case Emission.ToDeadLetters letter -> of(letter, cause, headers);
        };
    }

    /** The tenant stands outside too, so that a worker can choose among jobs it has not decoded. */
    private static Addressed of(Emission.ToLane lane, Headers headers) {
        headers.add(LaneHeaders.TENANT, lane.routed().getTenant().getBytes(StandardCharsets.UTF_8));
        return new Addressed(lane.routed().getJobId(), headers);
    }

    /** Where the last outcome stands, which says why; the value is the job as it was routed. */
    private static Addressed of(
            Emission.ToDeadLetters letter, Optional<RecordMetadata> cause, Headers headers) {
        DeadLetter coordinates =
                new DeadLetter(
                        cause.map(RecordMetadata::topic).orElse(Topics.OUTCOMES.name()),
                        cause.map(RecordMetadata::partition).orElse(-1),
                        cause.map(RecordMetadata::offset).orElse(-1L),
                        letter.reason(),
                        letter.attempts(),
                        null);
        return new Addressed(coordinates.key(), coordinates.headers(headers));
    }
}
