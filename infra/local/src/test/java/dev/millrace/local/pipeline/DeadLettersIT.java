package dev.millrace.local.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.kit.DeadLetter;
import dev.millrace.local.letters.Letters;
import dev.millrace.topics.Topics;
import dev.millrace.v1.InferenceJob;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.RoutedJob;
import dev.millrace.v1.SourceKind;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Letters are listed, shown and sent in again by the command, as an operator runs it. */
class DeadLettersIT extends PipelineScenario {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MANY = 1_000;

    @Test
    void aThousandLettersReplayedTwiceOnceKilledMidwayEndOnceEach() throws Exception {
        // Given
        String reason = "attempts_exhausted: " + mark();
        String mark = mark();
        bury(MANY, reason, mark);

        // When
        killMidway("dead-letters", "replay", "--reason", reason);
        Ran whole = run("dead-letters", "replay", "--reason", reason, "--json");
        Ran again = run("dead-letters", "replay", "--reason", reason, "--json");

        // Then
        for (Ran ran : List.of(whole, again)) {
            assertThat(ran.code()).as(ran.text()).isZero();
            assertThat(ran.json().get("replayed").asInt()).isEqualTo(MANY);
            assertThat(ran.json().get("notReplayed").asInt()).isZero();
        }
        Awaitility.await("a result for each")
                .atMost(Duration.ofSeconds(120))
                .until(() -> marks(mark).size() == MANY);
        awaitIntakeRead();
        List<InferenceResult> results = ofMark(mark);
        assertThat(results).hasSize(MANY);
        assertThat(results)
                .allSatisfy(
                        result -> {
                            assertThat(result.getStatus()).isEqualTo(ResultStatus.SUCCEEDED);
                            assertThat(result.getSource().orElseThrow().getKind())
                                    .isEqualTo(SourceKind.REPLAY);
                        });
    }

    @Test
    void aLetterIsFoundByItsIdAndAReplayOfPoisonIsALetterAgain() throws Exception {
        // Given
        byte[] poison = ("poison " + mark()).getBytes(StandardCharsets.UTF_8);
        pipeline.postBytes("borealis", poison);
        String id = awaitLetters(poison, 1).getFirst();

        // When
        Ran listed = run("dead-letters", "list", "--topic", "millrace.intake.borealis", "--json");
        Ran shown = run("dead-letters", "show", id, "--json");
        Ran replayed = run("dead-letters", "replay", id);

        // Then
        assertThat(listed.json().findValuesAsText("id")).contains(id);
        assertThat(shown.json().get("headers").get("mr-reason").asText()).startsWith("undecodable");
        assertThat(shown.json().has("body_base64")).isFalse();
        assertThat(replayed.code()).isZero();
        assertThat(awaitLetters(poison, 2)).doesNotHaveDuplicates();
    }

    @Test
    void aReplayHasToSayWhichAndAnUnknownIdIsNamed() throws Exception {
        // When
        Ran open = run("dead-letters", "replay");
        Ran unknown = run("dead-letters", "replay", "millrace.jobs/0/999999");

        // Then
        assertThat(open.code()).isEqualTo(2);
        assertThat(open.text()).contains("Which letters?");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.text()).contains("millrace.jobs/0/999999");
    }

    /** As the classifier buries a job whose attempts are used up. */
    private static void bury(int letters, String reason, String mark) throws Exception {
        Map<String, Object> settings = new HashMap<>(pipeline.connection.producer());
        settings.remove("key.serializer");
        settings.remove("value.serializer");
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer());
                Serializer<RoutedJob> serializer =
                        pipeline.connection.serializer(
                                Topics.lane("echo", dev.millrace.v1.Band.STANDARD))) {
            String topic = Topics.lane("echo", dev.millrace.v1.Band.STANDARD).name();
            for (int i = 0; i < letters; i++) {
                InferenceJob job = Pipeline.job("echo", "once more", mark + "-" + i).build();
                byte[] value = serializer.serialize(topic, Letters.routed("acme", job));
                producer.send(
                        new DeadLetter(Topics.OUTCOMES.name(), 0, 1_000_000L + i, reason, 3, value)
                                .toRecord(new RecordHeaders()));
            }
            producer.flush();
        }
    }

    private static List<InferenceResult> ofMark(String mark) {
        return pipeline.results.values().stream()
                .filter(result -> result.getMetadata().getOrDefault("mark", "").startsWith(mark))
                .toList();
    }

    private static Set<String> marks(String mark) {
        Set<String> marks = new HashSet<>();
        ofMark(mark).forEach(result -> marks.add(result.getMetadata().get("mark")));
        return marks;
    }

    /** A job posted now, to every partition's end: what came before it has been read. */
    private static void awaitIntakeRead() throws Exception {
        List<String> last = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            String mark = mark();
            last.add(mark);
            pipeline.post("acme", Pipeline.job("echo", "the last", mark).build());
        }
        last.forEach(pipeline::resultOf);
    }

    private static List<String> awaitLetters(byte[] value, int count) {
        return Awaitility.await("letters")
                .atMost(Pipeline.PATIENCE)
                .until(
                        () ->
                                pipeline.deadLetters.records().stream()
                                        .filter(
                                                letter ->
                                                        java.util.Arrays.equals(
                                                                letter.value(), value))
                                        .map(letter -> letter.key())
                                        .toList(),
                        found -> found.size() == count);
    }

    private record Ran(int code, String text) {
        JsonNode json() throws Exception {
            assertThat(text).as("exit code " + code).containsAnyOf("[", "{");
            int start = text.indexOf(text.contains("[\n") || text.startsWith("[") ? '[' : '{');
            return JSON.readTree(text.substring(start));
        }
    }

    private static Ran run(String... words) throws Exception {
        Path err = Files.createTempFile("dead-letters", ".err");
        Process process = command(words).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(err);
        Files.delete(err);
        return new Ran(process.exitValue(), process.exitValue() == 0 ? out : out + said);
    }

    /** SIGKILL when about half of the letters have been sent. */
    private static void killMidway(String... words) throws Exception {
        Process process = command(words).redirectErrorStream(true).start();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("letters read")) {
                    process.destroyForcibly();
                    break;
                }
            }
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
    }

    private static ProcessBuilder command(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx160m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("dev.millrace.local.cli.MillraceCommand");
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MILLRACE_HOME", pipeline.home.root().toString());
        builder.environment()
                .put("MILLRACE_CHECKOUT", System.getProperty("millrace.checkout", "../.."));
        return builder;
    }
}
