package dev.millrace.classifier.stream;

import dev.millrace.kit.Connection;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.RoutedJob;
import java.time.Clock;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The configured serdes of topics. They wait for a registry that does not answer: a thread that
 * dies of it is dearer, since the group misses it only after its session, and its stores are read
 * again.
 */
public final class TopicSerdes {
    /** Below {@code max.poll.interval.ms}; after it the thread is replaced. */
    private static final Duration OUTAGE = Duration.ofMinutes(2);

    private static final PatientDeserializer.Patience PATIENCE =
            new PatientDeserializer.Patience(
                    OUTAGE,
                    PatientDeserializer.Patience.DEFAULT.unknownId(),
                    PatientDeserializer.Patience.DEFAULT.firstPause(),
                    PatientDeserializer.Patience.DEFAULT.maxPause(),
                    PatientDeserializer.Patience.DEFAULT.noSecondGrace());

    private final Connection connection;

    public TopicSerdes(Connection connection) {
        this.connection = connection;
    }

    /** For reading: what may pass is waited out, and a record without a value is a bad one. */
    public <V extends SpecificRecord> Serde<V> source(Topic<V> topic) {
        return Serdes.serdeFrom(
                serializer(topic),
                new PatientDeserializer<>(
                        connection.deserializer(topic),
                        PATIENCE,
                        Clock.systemUTC(),
                        Thread::sleep));
    }

    public <V extends SpecificRecord> Serde<V> of(Topic<V> topic) {
        return Serdes.serdeFrom(connection.serializer(topic), connection.deserializer(topic));
    }

    /** For lanes, which come and go: the topic's name says which. */
    public Serde<RoutedJob> lanes() {
        return of(Topics.lane("any", Band.STANDARD));
    }

    /** For attempts that wait: in the bytes of the lane's topic, whatever store asks. */
    public Serde<RoutedJob> waiting() {
        Serde<RoutedJob> lanes = lanes();
        return Serdes.serdeFrom(
                (store, routed) ->
                        routed == null
                                ? null
                                : lanes.serializer().serialize(LaneTopic.of(routed), routed),
                lanes.deserializer());
    }

    private <V extends SpecificRecord> Serializer<V> serializer(Topic<V> topic) {
        return new PatientSerializer<>(connection.serializer(topic), OUTAGE, Thread::sleep);
    }
}
