package dev.millrace.classifier;

import dev.millrace.classifier.fair.LaneBoard;
import dev.millrace.classifier.job.Emission;
import dev.millrace.classifier.store.Stores;
import dev.millrace.classifier.stream.ClassifierMetrics;
import dev.millrace.classifier.stream.JobProcessor;
import dev.millrace.classifier.stream.LaneTopic;
import dev.millrace.classifier.stream.PatientCatalog;
import dev.millrace.classifier.stream.ReplyPartitioner;
import dev.millrace.classifier.stream.TopicSerdes;
import dev.millrace.kit.streams.CommitPace;
import dev.millrace.kit.telemetry.Tracing;
import dev.millrace.topics.Topic;
import dev.millrace.topics.Topics;
import dev.millrace.v1.RoutedJob;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.BranchedKStream;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Read this first. Commands and outcomes of a tenant meet in one task, where each job's life is
 * decided in five words ({@link JobFlow}): {@link Admission admit}, {@link Screen screen}, {@link
 * Classification classify}, {@link Router route}, {@link Completion complete}. What a step decides,
 * its new state and all its records, is one exactly-once transaction.
 */
public final class ClassifierTopology implements Supplier<Topology> {
    /** The application's id and so its group, its changelogs' prefix. */
    public static final String APPLICATION = "millrace-classifier";

    private final JobFlow flow;
    private final PatientCatalog catalog;
    private final LaneBoard lanes;
    private final ClassifierMetrics metrics;
    private final TopicSerdes serdes;
    private final CommitPace pace;
    private final Tracing tracing;

    public ClassifierTopology(
            PatientCatalog catalog,
            LaneBoard lanes,
            ClassifierMetrics metrics,
            TopicSerdes serdes,
            CommitPace pace,
            Tracing tracing) {
        this.flow = JobFlow.with(catalog, lanes);
        this.catalog = catalog;
        this.lanes = lanes;
        this.metrics = metrics;
        this.serdes = serdes;
        this.pace = pace;
        this.tracing = tracing;
    }

    @Override
    public Topology get() {
        StreamsBuilder builder = new StreamsBuilder();
        addTo(builder);
        return builder.build();
    }

    /** Adds everything to a builder, and returns what the steps emit. */
    public KStream<String, Emission> addTo(StreamsBuilder builder) {
        Stores.builders(serdes.waiting()).forEach(builder::addStateStore);

        KStream<String, Emission> emissions =
                source(builder, Topics.JOBS)
                        .merge(source(builder, Topics.OUTCOMES), Named.as("commands-and-outcomes"))
                        .process(
                                () ->
                                        new JobProcessor(
                                                flow, catalog, lanes, metrics, pace, tracing),
                                Named.as("admit-screen-classify-route-complete"),
                                Stores.NAMES.toArray(String[]::new));

        BranchedKStream<String, Emission> split = emissions.split(Named.as("emit-"));
        toLanes(split);
        to(split, Topics.RESULTS, Emission.ToResults.class, Emission.ToResults::result);
        toIngress(split);
        to(split, Topics.WEBHOOKS, Emission.ToWebhooks.class, Emission.ToWebhooks::event);
        to(split, Topics.CONTROL, Emission.ToControl.class, Emission.ToControl::event);
        to(
                split,
                Topics.TENANT_STATUS,
                Emission.ToTenantStatus.class,
                Emission.ToTenantStatus::status);
        toDeadLetters(split);
        split.noDefaultBranch();
        return emissions;
    }

    private <V extends SpecificRecord> KStream<String, SpecificRecord> source(
            StreamsBuilder builder, Topic<V> topic) {
        return builder.stream(
                        topic.name(),
                        Consumed.with(Serdes.String(), serdes.source(topic))
                                .withName("read-" + shortName(topic)))
                .mapValues(SpecificRecord.class::cast, Named.as("any-of-" + shortName(topic)));
    }

    private void toLanes(BranchedKStream<String, Emission> split) {
        branch(
                split,
                "lanes",
                Emission.ToLane.class,
                Emission.ToLane::routed,
                routed -> routed.to(new LaneTopic(), produced("lanes", serdes.lanes())));
    }

    private void toIngress(BranchedKStream<String, Emission> split) {
        branch(
                split,
                "ingress",
                Emission.ToIngress.class,
                Emission.ToIngress::reply,
                replies ->
                        replies.to(
                                Topics.INGRESS_REPLIES.name(),
                                produced("ingress", serdes.of(Topics.INGRESS_REPLIES))
                                        .withStreamPartitioner(new ReplyPartitioner())));
    }

    /** The job as it stood on its lane's topic, byte for byte. */
    private void toDeadLetters(BranchedKStream<String, Emission> split) {
        Serde<RoutedJob> routed = serdes.waiting();
        branch(
                split,
                "dead-letters",
                Emission.ToDeadLetters.class,
                letter -> routed.serializer().serialize(Topics.DEAD_LETTERS, letter.routed()),
                letters ->
                        letters.to(
                                Topics.DEAD_LETTERS, produced("dead-letters", Serdes.ByteArray())));
    }

    private <E extends Emission, V extends SpecificRecord> void to(
            BranchedKStream<String, Emission> split,
            Topic<V> topic,
            Class<E> kind,
            Function<E, V> value) {
        String name = shortName(topic);
        branch(
                split,
                name,
                kind,
                value,
                values -> values.to(topic.name(), produced(name, serdes.of(topic))));
    }

    private static <E extends Emission, V> void branch(
            BranchedKStream<String, Emission> split,
            String name,
            Class<E> kind,
            Function<E, V> value,
            Consumer<KStream<String, V>> sink) {
        split.branch(
                (key, emission) -> kind.isInstance(emission),
                Branched.withConsumer(
                        emissions ->
                                sink.accept(
                                        emissions.mapValues(
                                                emission -> value.apply(kind.cast(emission)),
                                                Named.as("value-of-" + name))),
                        name));
    }

    private static <V> Produced<String, V> produced(String name, Serde<V> value) {
        return Produced.with(Serdes.String(), value).withName("write-" + name);
    }

    private static String shortName(Topic<?> topic) {
        return topic.name().substring(topic.name().indexOf('.') + 1);
    }
}
