package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class LauncherTest {

    @TempDir Path directory;

    @Test
    void aServerIsReadyWhenItsProbeSaysSoAndStopsOnItsSignal() throws Exception {
        // Given
        var spec = script("echo \"hello $GREETED\"; touch ready; while :; do sleep 0.05; done");

        // When
        var process = Launcher.start(spec).awaitReady();

        // Then
        assertThat(process.isAlive()).isTrue();
        assertThat(process.lastLogLines()).containsExactly("hello world");
        assertThat(process.stop()).isTrue();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void theLogIsAppendedToAndAnErrorShowsOnlyWhatThisStartWrote() throws Exception {
        // Given
        Files.writeString(directory.resolve("log"), "an earlier run\n");
        var spec = script("echo cannot bind >&2; exit 3");

        // When
        var process = Launcher.start(spec);

        // Then
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(process::awaitReady)
                .withMessageContaining("script ended with exit code 3 before it was ready")
                .withMessageContaining("cannot bind")
                .withMessageNotContaining("earlier");
        assertThat(Files.readString(spec.log())).startsWith("an earlier run\n");
    }

    @Test
    void aServerThatIsNeverReadyFailsAfterItsStartTimeoutAndCanBeStopped() throws Exception {
        // Given
        var process = Launcher.start(script("sleep 60"));

        // When
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(process::awaitReady)
                .withMessageContaining("was not ready after 2 s");

        // Then
        assertThat(process.isAlive()).isTrue();
        process.stop();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aServerThatDoesNotStopIsKilledWithItsChildren() throws Exception {
        // Given
        var process =
                Launcher.start(
                                script(
                                        "trap '' TERM; sleep 60 & echo $! >child; touch ready;"
                                                + " while :; do sleep 0.05; done"))
                        .awaitReady();
        long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());

        // When
        boolean byItself = process.stop();

        // Then
        assertThat(byItself).isFalse();
        assertThat(process.onExit().get(5, TimeUnit.SECONDS)).isEqualTo(128 + 9);
        // killed at once, gone when the system has reaped it
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> !ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void interruptIsAnotherWayToAskForAStop() throws Exception {
        // Given
        var spec =
                new Script(
                        directory,
                        "trap 'exit 7' INT; touch ready; while :; do sleep 0.05; done",
                        StopSignal.INT);
        var process = Launcher.start(spec).awaitReady();

        // When
        process.stop();

        // Then
        assertThat(process.onExit().get(5, TimeUnit.SECONDS)).isEqualTo(7);
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        var spec =
                new Script(directory, "", StopSignal.TERM) {
                    @Override
                    public List<String> command() {
                        return List.of("/nowhere/server");
                    }
                };
        assertThatExceptionOfType(ServerStartException.class)
                .isThrownBy(() -> Launcher.start(spec))
                .withMessageContaining("script could not be started")
                .withMessageContaining("/nowhere/server");
    }

    private Script script(String text) {
        return new Script(directory, text, StopSignal.TERM);
    }

    /** A shell script as a server; ready when it has made a file of that name. */
    private static class Script implements ServerSpec {

        private final Path directory;
        private final String text;
        private final StopSignal signal;

        Script(Path directory, String text, StopSignal signal) {
            this.directory = directory;
            this.text = text;
            this.signal = signal;
        }

        @Override
        public String name() {
            return "script";
        }

        @Override
        public List<String> command() {
            return List.of("sh", "-c", text);
        }

        @Override
        public Map<String, String> environment() {
            return Map.of("GREETED", "world");
        }

        @Override
        public Path workingDirectory() {
            return directory;
        }

        @Override
        public Path log() {
            return directory.resolve("log");
        }

        @Override
        public boolean isReady() {
            return Files.exists(directory.resolve("ready"));
        }

        @Override
        public Duration startTimeout() {
            return Duration.ofSeconds(2);
        }

        @Override
        public StopSignal stopSignal() {
            return signal;
        }

        @Override
        public Duration stopTimeout() {
            return Duration.ofMillis(500);
        }
    }
}
