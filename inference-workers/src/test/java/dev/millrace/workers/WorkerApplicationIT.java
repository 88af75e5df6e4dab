package dev.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.v1.Band;
import dev.millrace.workers.testing.Jobs;
import dev.millrace.workers.testing.LaneRig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged worker as a process, started, killed and stopped as in operation. */
class WorkerApplicationIT {
    private static final int SLOTS = 4;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> processes = new ArrayList<>();
    private LaneRig rig;
    private int port;

    @BeforeEach
    void start() throws Exception {
        rig = new LaneRig();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        rig.close();
        http.close();
    }

    @Test
    void aKilledWorkerLosesNothingAndRepeatsOnlyWhatRan() throws Exception {
        // Given
        rig.sessionTimeout(Duration.ofSeconds(2));
        rig.publish(
                Jobs.lane(
                        new EngineSpec.Echo(Duration.ofMillis(100)), SLOTS, Duration.ofMinutes(1)));
        Process first = worker();
        for (int i = 0; i < 60; i++) {
            rig.route(Band.values()[i % 3], i % LaneRig.PARTITIONS, "job-" + i, "hello");
        }
        soon().until(() -> rig.outcomes().size() >= 20);

        // When
        first.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        worker();

        // Then
        soon().until(() -> rig.outcomesByJob().size() == 60);
        soon().until(() -> rig.lag() == 0);
        long repeated = rig.outcomesByJob().values().stream().mapToLong(times -> times - 1).sum();
        assertThat(repeated)
                .as("jobs in flight, and finished within the last commit interval")
                .isLessThanOrEqualTo(2 * SLOTS);
    }

    @Test
    void itSaysHowItIsAndLeavesInGoodOrder() throws Exception {
        // Given
        Process process = worker();
        soon().until(() -> get("/health/readiness").body().contains("to be in the catalog"));
        assertThat(get("/health/readiness").statusCode()).isEqualTo(503);

        // When
        rig.publish(
                Jobs.lane(new EngineSpec.Echo(Duration.ofMillis(5)), SLOTS, Duration.ofMinutes(1)));
        rig.route(Band.STANDARD, 0, "job", "a prompt that nobody may read in a log");

        // Then
        soon().until(() -> rig.outcomes().size() == 1);
        soon().until(() -> get("/health/readiness").statusCode() == 200);
        assertThat(get("/prometheus").body())
                .contains(
                        "millrace_worker_outcomes_total{kind=\"succeeded\",lane=\""
                                + rig.lane()
                                + "\"} 1.0")
                .contains("millrace_worker_slots")
                .contains("millrace_worker_model_time_seconds_bucket");
        process.destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log()))
                .contains("state=draining")
                .doesNotContain("a prompt that nobody");
    }

    private Process worker() throws IOException {
        port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        "target/inference-workers.jar:target/lib/*",
                        WorkerApplication.class.getName());
        builder.environment()
                .put("MILLRACE_BOOTSTRAP_SERVERS", rig.connection().bootstrapServers());
        builder.environment().put("MILLRACE_SCHEMA_REGISTRY_URL", rig.connection().registryUrl());
        builder.environment().put("MILLRACE_LANE", rig.lane());
        builder.environment().put("MILLRACE_HTTP_PORT", Integer.toString(port));
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Path log() {
        return Path.of("target", rig.lane() + ".log");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IOException.class);
    }
}
