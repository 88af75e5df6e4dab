package dev.millrace.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("status", 0);
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Consumer<byte[], byte[]>> consumers = new LinkedBlockingQueue<>();
    private final AtomicInteger outages = new AtomicInteger();

    /** The moment that the second record is the first to be younger than. */
    private final AtomicLong asked = new AtomicLong();

    private @Nullable TopicReader reader;

    @AfterEach
    void stop() {
        if (reader != null) {
            reader.close();
        }
    }

    @Test
    void everythingIsHeardAndWhatWasThereBeforeIsNotLive() {
        // Given two records of the past, the second a tombstone, and one to come
        consumers.add(
                consumer(2, record(0, "a", "one"), record(1, "b", null), record(2, "c", "x")));

        // When
        start(Optional.empty());

        // Then
        await().until(() -> heard.size() == 3);
        assertThat(heard).containsExactly("a=one", "b=null", "c=x live");
    }

    @Test
    void itBeginsAShortWhileAgo() {
        // Given records of which the first is too old
        MockConsumer<byte[], byte[]> consumer =
                consumer(2, record(0, "a", "old"), record(1, "b", "young"));
        asked.set(CLOCK.millis() - 60_000);
        consumers.add(consumer);

        // When
        start(Optional.of(Duration.ofMinutes(1)));

        // Then
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("b=young");
    }

    @Test
    void whatCannotBeDecodedIsPassedOver() {
        // Given
        consumers.add(
                consumer(3, record(0, "a", "bad"), record(1, null, "x"), record(2, "c", "y")));

        // When
        start(Optional.empty());

        // Then
        await().until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly("c=y");
    }

    @Test
    void anOutageOfTheRegistryIsWaitedOutAndNothingIsHeardTwice() {
        // Given
        for (int i = 0; i < 2; i++) {
            consumers.add(
                    consumer(
                            3, record(0, "a", "x"), record(1, "b", "outage"), record(2, "c", "y")));
        }
        outages.set(1);

        // When
        start(Optional.empty());

        // Then
        await().until(() -> heard.size() == 3);
        assertThat(heard).containsExactly("a=x", "b=outage", "c=y");
    }

    @Test
    void aBrokerThatIsAwayIsAskedAgainAndWhatCameMeanwhileIsLive() {
        // Given
        MockConsumer<byte[], byte[]> first = consumer(1, record(0, "a", "x"));
        first.schedulePollTask(() -> first.setPollException(new TimeoutException("away")));
        consumers.add(first);
        consumers.add(consumer(2, record(0, "a", "x"), record(1, "b", "y")));

        // When
        start(Optional.empty());

        // Then
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("a=x", "b=y live");
    }

    private void start(Optional<Duration> lookBack) {
        reader =
                new TopicReader(
                                "test",
                                Connection.to("127.0.0.1:1", "http://127.0.0.1:1"),
                                this::next,
                                lookBack,
                                CLOCK)
                        .of("status", words(), this::hear)
                        .start();
    }

    private Consumer<byte[], byte[]> next() {
        try {
            return consumers.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hear(String key, @Nullable String value, boolean live) {
        heard.add(key + "=" + value + (live ? " live" : ""));
    }

    private Deserializer<String> words() {
        return (topic, bytes) -> {
            String word = new String(bytes, StandardCharsets.UTF_8);
            if (word.equals("outage") && outages.getAndDecrement() > 0) {
                throw new TimeoutException("the registry is away");
            }
            if (word.equals("bad")) {
                throw new SerializationException("not a word");
            }
            return word;
        };
    }

    /** A partition that has these records, and had {@code end} of them when the reading began. */
    @SafeVarargs
    private final MockConsumer<byte[], byte[]> consumer(
            long end, ConsumerRecord<byte[], byte[]>... records) {
        MockConsumer<byte[], byte[]> consumer =
                new MockConsumer<>("earliest") {
                    @Override
                    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                            Map<TopicPartition, Long> times, Duration timeout) {
                        assertThat(times).isEqualTo(Map.of(PARTITION, asked.get()));
                        return Map.of(PARTITION, new OffsetAndTimestamp(1, asked.get() + 1));
                    }
                };
        Node node = new Node(0, "127.0.0.1", 1);
        consumer.updatePartitions(
                "status",
                List.of(new PartitionInfo("status", 0, node, new Node[] {node}, new Node[0])));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, end));
        consumer.schedulePollTask(() -> List.of(records).forEach(consumer::addRecord));
        return consumer;
    }

    private static ConsumerRecord<byte[], byte[]> record(
            long offset, @Nullable String key, @Nullable String value) {
        return new ConsumerRecord<>("status", 0, offset, bytes(key), bytes(value));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
