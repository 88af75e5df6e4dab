package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.ChatServers;
import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;
import dev.millrace.kit.SecretSource;
import dev.millrace.stack.model.ModelServer;
import dev.millrace.stack.model.ModelServerSettings;
import dev.millrace.topics.Topics;
import dev.millrace.v1.Band;
import dev.millrace.v1.LaneStatus;
import dev.millrace.v1.Outcome;
import dev.millrace.v1.Succeeded;
import dev.millrace.v1.Unavailable;
import dev.millrace.workers.endpoint.EndpointMeters;
import dev.millrace.workers.engine.Engines;
import dev.millrace.workers.testing.ChatEngines;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane of chat completions servers on a real broker. */
class ChatLaneIT {
    private final Engines engines =
            new Engines(
                    Path.of("models"),
                    Duration.ofSeconds(5),
                    new SecretSource(Map.of()),
                    new EndpointMeters(new SimpleMeterRegistry(), "cloud"),
                    Clock.systemUTC());
    private ModelServer server;
    private LaneRig rig;

    @BeforeEach
    void start() throws Exception {
        server = ModelServer.start(ModelServerSettings.quick());
        rig = new LaneRig();
    }

    @AfterEach
    void stop() {
        rig.close();
        server.close();
    }

    @Test
    void aNewServerTakesTheNextJobAndTheRunningOneEndsWhereItBegan() throws Exception {
        try (ModelServer slow =
                ModelServer.start(
                        ModelServerSettings.quick()
                                .withPace(Duration.ofSeconds(3), Duration.ZERO))) {
            // Given
            rig.publish(lane(ChatEngines.spec(List.of(slow.baseUrl()))));
            WorkerProcess worker = rig.worker(engines);
            rig.route(Band.STANDARD, 0, "running", "What is 1 + 1?");
            soon().until(() -> slow.requests() == 1);

            // When
            rig.publish(lane(ChatEngines.spec(List.of(server.baseUrl()))));
            soon().until(
                            () ->
                                    worker.lane().orElseThrow().engine()
                                                    instanceof EngineSpec.Chat chat
                                            && chat.endpoints()
                                                    .getFirst()
                                                    .baseUrl()
                                                    .equals(server.baseUrl().toString()));
            rig.route(Band.STANDARD, 0, "next", "What is 2 + 2?");

            // Then
            soon().until(() -> rig.outcomes().size() == 2);
            assertThat(rig.outcomes())
                    .allSatisfy(
                            outcome -> assertThat(outcome.getBody()).isInstanceOf(Succeeded.class));
            assertThat(slow.requests()).isEqualTo(1);
            assertThat(server.requests()).isEqualTo(1);
        }
    }

    @Test
    void aLaneWhoseOnlyServerIsGoneTurnsItsJobsAwayAndHoldsNothing() throws Exception {
        // Given
        rig.publish(lane(shortPatience(gone())));
        rig.worker(engines);

        // When
        IntStream.range(0, 30).forEach(i -> rig.route(Band.STANDARD, i % 2, "job-" + i, "hello"));

        // Then
        soon().until(() -> rig.outcomes().size() == 30);
        Set<String> codes = new TreeSet<>();
        for (Outcome outcome : rig.outcomes()) {
            Unavailable away = (Unavailable) outcome.getBody();
            codes.add(away.getError().getCode());
            assertThat(away.getRouted().getJobId()).isEqualTo(outcome.getJobId());
            assertThat(outcome.getUsage().getInputTokens()).isZero();
        }
        assertThat(codes).contains("breaker_open", "provider_unreachable");
        soon().until(() -> rig.lag() == 0);
        assertThat(rig.outcomesByJob().values()).containsOnly(1L);
        soon().until(() -> breaker().equals(Optional.of("open")));

        // When
        rig.publish(lane(ChatEngines.spec(List.of(server.baseUrl()))));

        // Then
        soon().until(() -> breaker().equals(Optional.of("closed")));
        rig.route(Band.STANDARD, 0, "after", "What is 2 + 2?");
        soon().until(
                        () ->
                                rig.outcomes().stream()
                                        .anyMatch(each -> each.getBody() instanceof Succeeded));
    }

    /** What the lane's last heartbeat says. */
    private Optional<String> breaker() {
        try (KafkaConsumer<String, LaneStatus> reader =
                new KafkaConsumer<>(rig.connection().reader())) {
            List<TopicPartition> partitions =
                    reader.partitionsFor(Topics.LANE_STATUS.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            long end =
                    reader.endOffsets(partitions).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            Optional<String> last = Optional.empty();
            for (int polls = 0; polls < 50; polls++) {
                for (var record : reader.poll(Duration.ofMillis(100))) {
                    if (record.key().startsWith(rig.lane() + "/") && record.value() != null) {
                        last = Optional.of(record.value().getBreaker());
                    }
                }
                if (partitions.stream().mapToLong(reader::position).sum() >= end) {
                    return last;
                }
            }
            return last;
        }
    }

    private static EngineSpec.Chat shortPatience(URI url) {
        EngineSpec.Chat lane = ChatEngines.spec(List.of(url));
        return new EngineSpec.Chat(
                lane.endpoints(),
                lane.balance(),
                Optional.empty(),
                new ChatServers.Breaker(100, 4, Duration.ofMinutes(1)),
                lane.model(),
                lane.keys(),
                lane.connectTimeout());
    }

    private static URI gone() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
        }
    }

    private static Lane lane(EngineSpec.Chat engine) {
        return Jobs.lane(engine, 4, Duration.ofSeconds(20));
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30));
    }
}
