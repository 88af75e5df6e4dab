package dev.millrace.stack.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stack.AotCache;
import dev.millrace.stack.FreePorts;
import dev.millrace.stack.JavaCommand;
import dev.millrace.stack.JavaHome;
import dev.millrace.stack.Launcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BrokerAotIT {

    @TempDir Path directory;

    @Test
    void aCleanStopLeavesTheRecordingOfTheCacheThatTheNextStartUses() throws Exception {
        // Given
        var ports = new FreePorts();
        var jars = JavaCommand.currentClassPath().stream().filter(Files::isRegularFile).toList();
        var cache = AotCache.in(directory.resolve("aot"));
        var spec =
                new BrokerProcess(
                        new BrokerSettings(directory.resolve("data"), ports.any(), ports.any()),
                        JavaHome.resolve(),
                        jars,
                        cache,
                        directory.resolve("broker.log"));

        // When
        var recording = Launcher.start(spec).awaitReady();
        boolean stopped = recording.stop();
        int made = cache.createPending(Duration.ofSeconds(60));

        // Then
        assertThat(stopped).isTrue();
        assertThat(made).isEqualTo(1);
        assertThat(cache.has(spec.name(), spec.javaCommand())).isTrue();

        // When
        var cached = Launcher.start(spec);
        try {
            cached.awaitReady();

            // Then
            assertThat(ProcessHandle.of(cached.pid()).orElseThrow().info().commandLine())
                    .hasValueSatisfying(line -> assertThat(line).contains("-XX:AOTCache="));
            assertThat(cached.lastLogLines()).noneMatch(line -> line.contains("AOT"));
        } finally {
            cached.kill();
        }
    }
}
