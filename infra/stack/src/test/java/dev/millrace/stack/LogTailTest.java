package dev.millrace.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {

    @TempDir Path directory;

    @Test
    void theLastLinesAreRead() throws IOException {
        Path log = Files.writeString(directory.resolve("log"), "one\n\ntwo\nthree\n");
        assertThat(LogTail.read(log, 0, 2)).containsExactly("two", "three");
    }

    @Test
    void linesOfEarlierRunsAreLeftOut() throws IOException {
        Path log = Files.writeString(directory.resolve("log"), "old\nnew\n");
        assertThat(LogTail.read(log, "old\n".length(), 10)).containsExactly("new");
    }

    @Test
    void ofALargeLogOnlyTheEndIsRead() throws IOException {
        Path log = Files.writeString(directory.resolve("log"), "x".repeat(1 << 20) + "\nend\n");
        assertThat(LogTail.read(log, 0, 1)).containsExactly("end");
    }

    @Test
    void aMissingLogHasNoLines() {
        assertThat(LogTail.read(directory.resolve("none"), 0, 10)).isEmpty();
    }
}
