package dev.millrace.ingress.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ingress.Examples;
import dev.millrace.ingress.HttpSide;
import dev.millrace.v1.InferenceResult;
import dev.millrace.v1.IngressReply;
import dev.millrace.v1.JobCommand;
import dev.millrace.v1.Receipt;
import dev.millrace.v1.ReceiptStatus;
import dev.millrace.v1.ResultStatus;
import dev.millrace.v1.Submission;
import dev.millrace.v1.TokenChunk;
import dev.millrace.v1.Usage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenAI's own client, unmodified, over a pipeline that is a fake: the same script that the
 * conformance run sends to a whole stack. Only where Node and the client are installed ({@code
 * infra/conformance-js/run} installs it).
 */
class OpenAiClientTest {
    private static final Path SCRIPTS = Path.of("../infra/conformance-js");
    private static final String ANSWER = "Millrace runs jobs. 🌊";
    private final Map<String, String> fingerprints = new ConcurrentHashMap<>();
    @TempDir private Path directory;

    @Test
    void theClientIsContentWithEveryAnswer() throws Exception {
        // Given
        assumeTrue(Files.isDirectory(SCRIPTS.resolve("node_modules/openai")), "no client here");
        try (HttpSide side = HttpSide.start()) {
            side.reset();
            side.jobs().admission(command -> run(side, command));
            Path endpoints = directory.resolve("endpoints.json");
            Files.write(
                    endpoints,
                    new ObjectMapper()
                            .writeValueAsBytes(
                                    Map.of(
                                            "bootstrap",
                                            "none:1",
                                            "registryUrl",
                                            "http://none:1",
                                            "ingressUrl",
                                            side.url(),
                                            "apiKeys",
                                            Map.of("acme", Examples.ACME_KEY))));

            // When
            ProcessBuilder node =
                    new ProcessBuilder("node", "--test", "test/openai.test.js")
                            .directory(SCRIPTS.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("out.txt").toFile());
            node.environment().put("MILLRACE_ENDPOINTS", endpoints.toString());
            Process process = node.start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();

            // Then
            String output = Files.readString(directory.resolve("out.txt"), StandardCharsets.UTF_8);
            assertThat(ended).as(output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
        }
    }

    /** A pipeline that answers at once: admission, two pieces of the answer, and its result. */
    private void run(HttpSide side, JobCommand command) {
        if (!(command.getBody() instanceof Submission submission)) {
            return;
        }
        String before = fingerprints.putIfAbsent(command.getJobId(), submission.getFingerprint());
        boolean same = before == null || before.equals(submission.getFingerprint());
        side.deliver(
                new IngressReply(
                        command.getJobId(),
                        command.getTenant(),
                        Receipt.newBuilder()
                                .setStatus(same ? ReceiptStatus.ACCEPTED : ReceiptStatus.CONFLICT)
                                .setAcceptedAt(Instant.now())
                                .setSource(command.getSource())
                                .build()));
        if (same) {
            piece(side, command, 0, "Millrace ");
            piece(side, command, 1, "runs ");
            side.deliver(
                    new IngressReply(command.getJobId(), command.getTenant(), result(command)));
        }
    }

    private static void piece(HttpSide side, JobCommand command, int sequence, String text) {
        side.waits()
                .deliver(
                        new TokenChunk(
                                command.getJobId(), command.getTenant(), 1, sequence, text, false));
    }

    private static InferenceResult result(JobCommand command) {
        return InferenceResult.newBuilder()
                .setJobId(command.getJobId())
                .setTenant(command.getTenant())
                .setStatus(ResultStatus.SUCCEEDED)
                .setOutput(ANSWER)
                .setFinishReason("stop")
                .setUsage(Usage.newBuilder().setInputTokens(4).setOutputTokens(6).build())
                .setAcceptedAt(Instant.now())
                .setCompletedAt(Instant.now())
                .setSource(command.getSource())
                .build();
    }
}
