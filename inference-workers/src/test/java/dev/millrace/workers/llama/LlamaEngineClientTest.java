package dev.millrace.workers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.workers.llama.EngineReply.Refused;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LlamaEngineClientTest {

    @Test
    void aPromptThatNoEngineCouldHoldIsRefusedWithoutStartingOne() throws Exception {
        // Given
        EngineSettings settings = EngineSettings.of(Path.of("no-such-model.gguf"));
        String prompt = "x".repeat(RequestLimits.MOST_CHARACTERS);
        try (LlamaEngineClient client = new LlamaEngineClient(settings)) {
            // When
            EngineReply reply =
                    client.complete(
                            EngineRequest.asking("a", prompt), Duration.ofSeconds(1), text -> {});

            // Then
            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo("prompt_too_long");
                                assertThat(refused.field()).isEqualTo("messages");
                                assertThat(refused.limit()).isEqualTo("2097152 characters");
                            });
            assertThat(client.running()).isEmpty();
        }
    }
}
