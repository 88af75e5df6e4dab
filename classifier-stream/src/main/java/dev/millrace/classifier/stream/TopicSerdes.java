package dev.millrace.classifier.stream;

import dev.millrace.kit.Connection;
import dev.millrace.kit.PatientDeserializer;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.RoutedJob;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** The configured serdes of topics. */
public final class TopicSerdes {
    private final Connection connection;

    public TopicSerdes(Connection connection) {
        this.connection = connection;
    }

    /** For reading: what may pass is waited out, and a record without a value is a bad one. */
    public <V extends SpecificRecord> Serde<V> source(Topic<V> topic) {
        return Serdes.serdeFrom(
                connection.serializer(topic),
                new PatientDeserializer<>(connection.deserializer(topic)));
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
                                : lanes.serializer().serialize(laneOf(routed), routed),
                lanes.deserializer());
    }

    public static String laneOf(RoutedJob routed) {
        return Topics.lane(routed.getLane(), routed.getBand()).name();
    }
}
