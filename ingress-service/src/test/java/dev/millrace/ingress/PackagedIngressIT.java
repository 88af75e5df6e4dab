package dev.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.topics.Topics;
import dev.millrace.v1.JobCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as it is packaged and run: a process with a small heap. */
class PackagedIngressIT {
    private static final Duration START = Duration.ofSeconds(90);
    private static final int RECORDS = 600;
    private static IngressRig rig;
    @TempDir private Path logs;
    private final List<Process> processes = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        rig = new IngressRig();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    @AfterEach
    void killWhatIsLeft() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void killedMidStreamItLosesNothingAndNamesNoJobTwice() throws Exception {
        // Given
        Process first = process();
        List<RecordMetadata> good = new ArrayList<>();
        List<RecordMetadata> poison = new ArrayList<>();
        String topic = Topics.intake("acme").name();
        for (int i = 0; i < RECORDS; i++) {
            if (i % 20 == 7) {
                poison.add(
                        rig.sendBytes(topic, "k" + i, "poison".getBytes(StandardCharsets.UTF_8)));
            } else {
                good.add(rig.post("acme", Examples.job("number " + i)));
            }
            if (i == RECORDS / 2) {
                await().atMost(START).until(() -> rig.classifier.seen().size() > RECORDS / 10);
                first.destroyForcibly().waitFor();
            }
        }

        // When
        process();

        // Then
        await().atMost(START).until(() -> good.stream().noneMatch(at -> commands(at).isEmpty()));
        await().atMost(START)
                .until(
                        () ->
                                rig.deadLetters(poison).stream()
                                                .map(letter -> IngressRig.text(letter.key()))
                                                .distinct()
                                                .count()
                                        == poison.size());
        assertThat(good)
                .allSatisfy(
                        at ->
                                assertThat(commands(at))
                                        .extracting(JobCommand::getJobId)
                                        .containsOnly(commands(at).getFirst().getJobId()));
        assertThat(good.stream().map(at -> commands(at).getFirst().getJobId()).distinct())
                .hasSize(good.size());
    }

    @Test
    void aTermSignalEndsItInGoodOrderWithinTenSeconds() throws Exception {
        // Given
        Process process = process();

        // When
        process.destroy();
        boolean ended = process.waitFor(10, TimeUnit.SECONDS);

        // Then
        assertThat(ended).isTrue();
        assertThat(Files.readString(log(1)))
                .contains(
                        "loop=intake stopped=true",
                        "loop=replies stopped=true",
                        "loop=receipts stopped=true",
                        "ingress=stopped");
    }

    @Test
    void withoutItsSecretItDoesNotStartAndSaysWhy() throws Exception {
        // Given
        ProcessBuilder builder = command(freePort());
        builder.environment().remove("MILLRACE_ID_KEY_FILE");

        // When
        Process process = started(builder);
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);

        // Then
        assertThat(ended).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(Files.readString(log(1))).contains("MILLRACE_ID_KEY_FILE must name a file");
    }

    private Process process() throws Exception {
        int port = freePort();
        Process process = started(command(port));
        HttpRequest ready =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/readiness"))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> http.send(ready, BodyHandlers.discarding()).statusCode() == 200);
        }
        return process;
    }

    private ProcessBuilder command(int port) {
        Path target = Path.of("target").toAbsolutePath();
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        target.resolve("ingress-service.jar") + ":" + target.resolve("lib") + "/*",
                        "dev.millrace.ingress.IngressApplication");
        builder.environment().putAll(rig.environment());
        builder.environment()
                .putAll(
                        Map.of(
                                "MILLRACE_HTTP_PORT",
                                Integer.toString(port),
                                "MILLRACE_INSTANCE",
                                "packaged"));
        return builder.redirectErrorStream(true).directory(logs.toFile());
    }

    private Process started(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectOutput(log(processes.size() + 1).toFile()).start();
        processes.add(process);
        return process;
    }

    private Path log(int number) {
        return logs.resolve("ingress-" + number + ".log");
    }

    private static List<JobCommand> commands(RecordMetadata at) {
        return rig.classifier.from(at.topic(), at.partition(), at.offset());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
