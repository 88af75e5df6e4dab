package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.workers.llama.EngineReply.Completed;
import dev.millrace.workers.llama.EngineReply.Failed;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How engine processes come up, what they refuse to come up with, and how they go. */
class EngineProcessIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void aPromptThatDoesNotFitIsRefusedWithTheLimit() throws Exception {
        try (LlamaEngineClient small =
                new LlamaEngineClient(TinyModel.endless(folder).withContextTokens(64))) {
            // When
            EngineReply reply =
                    small.complete(
                            EngineRequest.asking("a", "the job ".repeat(50)), LONG, text -> {});
            EngineReply fits =
                    small.complete(
                            EngineRequest.asking("b", "the job").withMaxTokens(2),
                            LONG,
                            text -> {});

            // Then
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo("prompt_too_long");
                                assertThat(refused.field()).isEqualTo("messages");
                                assertThat(refused.limit()).isEqualTo("63 tokens");
                            });
            assertThat(fits).isInstanceOf(Completed.class);
        }
    }

    @Test
    void aChatModelIsGivenItsTemplate() throws Exception {
        // Given
        String template = "{% for m in messages %}<|im_start|>{{ m }}<|im_end|>{% endfor %}";
        Path file =
                TinyModel.llama().with("tokenizer.chat_template", template).writeTo(folder, "chat");
        try (LlamaEngineClient chat = new LlamaEngineClient(EngineSettings.of(file))) {
            // When
            EngineReply reply =
                    chat.complete(
                            EngineRequest.asking("a", "hello\0there").withMaxTokens(1),
                            LONG,
                            text -> {});

            // Then
            String prompt = "<|im_start|>user\nhello\ufffdthere<|im_end|>\n<|im_start|>assistant\n";
            int expected = 1 + TinyModel.TOKENIZER.encode(prompt).length;
            assertThat(((Completed) reply).usage().inputTokens()).isEqualTo(expected);
        }
    }

    @Test
    void aModelThatIsRefusedIsNamedWithTheReason() throws Exception {
        // Given
        Path file = TinyModel.llama().withoutTensor("output_norm.weight").writeTo(folder, "broken");
        try (LlamaEngineClient broken = new LlamaEngineClient(EngineSettings.of(file))) {
            // When
            EngineReply reply =
                    broken.complete(EngineRequest.asking("a", "go on"), LONG, text -> {});

            // Then
            assertThatThrownBy(broken::start)
                    .isInstanceOf(EngineStartException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("output_norm.weight: is missing");
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed ->
                                    assertThat(failed.fault()).isEqualTo(Fault.ENGINE_NOT_STARTED));
        }
    }

    @Test
    void anEngineThatCannotEvenBeginSaysWhy() throws Exception {
        try (LlamaEngineClient broken =
                new LlamaEngineClient(
                        TinyModel.endless(folder).withJvmOption("-XX:+NoSuchOption"))) {
            assertThatThrownBy(broken::start)
                    .isInstanceOf(EngineStartException.class)
                    .hasMessageContaining("NoSuchOption");
        }
    }

    @Test
    void anEngineThatIsNotReadyInTimeIsGivenUp() throws Exception {
        try (LlamaEngineClient slow =
                new LlamaEngineClient(
                        TinyModel.endless(folder).withStartTimeout(Duration.ofMillis(1)))) {
            assertThatThrownBy(slow::start)
                    .isInstanceOf(EngineStartException.class)
                    .hasMessageContaining("not ready after 1 ms");
        }
    }

    @Test
    void theProcessEndsWhenItsInputCloses() throws Exception {
        // Given
        Process process =
                new ProcessBuilder(EngineCommandLine.of(TinyModel.endless(folder))).start();
        process.inputReader().readLine();

        // When
        process.outputWriter().close();

        // Then
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void aClosedClientHasNoProcessAndStartsNone() throws Exception {
        // Given
        LlamaEngineClient client = new LlamaEngineClient(TinyModel.endless(folder));
        long pid = client.start().pid();

        // When
        client.close();

        // Then
        Awaitility.await().until(() -> ProcessHandle.of(pid).isEmpty());
        assertThatThrownBy(client::start).hasMessageContaining("closed");
    }

    @Test
    void nothingIsLeftInTheTemporaryFolderEvenWhileItRuns(@TempDir Path temporary)
            throws Exception {
        // Given
        EngineSettings settings =
                TinyModel.endless(folder).withJvmOption("-Djava.io.tmpdir=" + temporary);
        try (LlamaEngineClient client = new LlamaEngineClient(settings)) {
            // When
            client.start();

            // Then
            try (var files = Files.list(temporary)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void theEngineSeesNoneOfTheWorkersSecrets() throws Exception {
        // Given
        try (LlamaEngineClient client = new LlamaEngineClient(TinyModel.endless(folder))) {
            long pid = client.start().pid();

            // When
            String environment = Files.readString(Path.of("/proc/" + pid + "/environ"));

            // Then
            assertThat(environment.split("\0"))
                    .allMatch(
                            entry ->
                                    entry.matches(
                                            "(PATH|HOME|LANG|LC_ALL|LD_LIBRARY_PATH|OMP_NUM_THREADS|MALLOC_ARENA_MAX)=.*"));
        }
    }
}
